package dev.zvpg.internal.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RefNameTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "main",
                "feature/new-api",
                "a/b/c/d",
                "v1.2.3",
                "1",
                "Größe",
                "a_b",
                "x{y}",
                "lock",
                "a.lockx",
                "日本語",
                "UPPER",
                "a-",
                "a%b",
                "'quoted'",
                "$HOME",
                "HEAD"
            })
    void acceptsWhatGitAccepts(String name) {
        assertThat(RefName.branch(name)).isEqualTo(name);
        assertThat(RefName.snapshot(name)).isEqualTo(name);
        assertThat(RefName.clone(name)).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            ""          | it is empty
            "a b"       | it contains a space
            "a\tb"      | it contains a control character
            a~1         | it contains '~'
            a^          | it contains '^'
            a:b         | it contains ':'
            what?       | it contains '?'
            a*          | it contains '*'
            a[b         | it contains '['
            a\\b        | it contains '\\'
            a@b         | it contains '@'
            @           | it contains '@'
            @{u}        | it contains '@'
            -a          | it begins with '-'
            a.          | it ends with '.'
            a..b        | it contains '..'
            /a          | it begins or ends with '/' or contains '//'
            a/          | it begins or ends with '/' or contains '//'
            a//b        | it begins or ends with '/' or contains '//'
            .a          | a part of it begins with '.'
            a/.b        | a part of it begins with '.'
            a.lock      | a part of it ends with '.lock'
            a.lock/b    | a part of it ends with '.lock'
            """)
    void refusesWhatGitRefusesAndSaysWhy(String name, String reason) {
        assertThatThrownBy(() -> RefName.branch(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not a branch name: " + reason);
        assertThatThrownBy(() -> RefName.clone(name)).hasMessageContaining("is not a clone name: " + reason);
        assertThatThrownBy(() -> RefName.snapshot(name)).hasMessageContaining("is not a snapshot name: " + reason);
    }

    @Test
    void refusesControlCharactersAndTooManyBytes() {
        assertThatThrownBy(() -> RefName.branch("a\u007fb")).hasMessageContaining("a control character");
        assertThatThrownBy(() -> RefName.branch("a\u0000b")).hasMessageContaining("a control character");
        assertThat(RefName.branch("ä".repeat(100))).hasSize(100);
        assertThatThrownBy(() -> RefName.branch("ä".repeat(100) + "x")).hasMessageContaining("201 bytes");
    }

    @Test
    void latestIsNoSnapshotNameBecauseItMeansTheNewest() {
        assertThatThrownBy(() -> RefName.snapshot("latest")).hasMessageContaining("newest snapshot");
        assertThat(RefName.branch("latest")).isEqualTo("latest");
    }
}
