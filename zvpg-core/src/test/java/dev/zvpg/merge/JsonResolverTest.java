package dev.zvpg.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.merge.Conflict.CellConflict;
import dev.zvpg.merge.Conflict.RowConflict;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of JSON that both branches have changed. */
class JsonResolverTest {

    private static Resolution resolved(@Nullable String base, @Nullable String ours, @Nullable String theirs) {
        return Resolver.JSON.resolve(
                new CellConflict("postgres", "public.t", Map.of("id", "1"), "doc", base, ours, theirs));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                // base; ours; theirs; merged
                "{};{\"a\": 1};{\"b\": 2};{\"a\":1,\"b\":2}",
                "{\"a\": 1, \"b\": 1};{\"a\": 2, \"b\": 1};{\"a\": 1};{\"a\":2}",
                "{\"a\": {\"x\": 1}};{\"a\": {\"x\": 1, \"y\": 2}};{\"a\": {\"x\": 3}};{\"a\":{\"x\":3,\"y\":2}}",
                "{\"a\": [1]};{\"a\": [1], \"b\": null};{\"a\": [1, 2]};{\"a\":[1,2],\"b\":null}",
                "{\"n\": 1};{\"n\": 1, \"m\": 1.10};{\"n\": 12345678901234567890123.40};"
                        + "{\"n\":12345678901234567890123.40,\"m\":1.10}",
                "{\"a\": 1};{\"a\": 5};{\"a\": 5, \"b\": 1};{\"a\":5,\"b\":1}"
            })
    void keysThatOneHasChangedAreMerged(String base, String ours, String theirs, String merged) {
        assertThat(resolved(base, ours, theirs)).isEqualTo(Resolution.of(merged));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"a\": 1};{\"a\": 2};{\"a\": 3}",
                "{\"a\": 1};{};{\"a\": 3}",
                "{\"a\": [1]};{\"a\": [1, 2]};{\"a\": [1, 3]}",
                "[1];[1, 2];[1, 3]",
                "{};{\"a\": 1, \"a\": 2};{\"b\": 1}",
                "x;y;z",
                "{};{\"a\": 1} {};{\"b\": 1}"
            })
    void whatBothHaveChangedOtherwiseAndWhatIsNoObjectIsLeft(String base, String ours, String theirs) {
        assertThat(resolved(base, ours, theirs)).isEqualTo(Resolution.UNRESOLVED);
    }

    @Test
    void twoObjectsInRowsThatAreNewInBothAreMerged() {
        assertThat(resolved(null, "{\"a\": 1}", "{\"b\": 2}")).isEqualTo(Resolution.of("{\"a\":1,\"b\":2}"));
    }

    @Test
    void nullsAndDeletionsAreLeft() {
        assertThat(resolved("{}", null, "{\"b\": 2}")).isEqualTo(Resolution.UNRESOLVED);
        assertThat(Resolver.JSON.resolve(
                        new RowConflict("postgres", "public.t", Map.of(), Map.of(), Map.of(), Map.of("id", "1"))))
                .isEqualTo(Resolution.UNRESOLVED);
    }
}
