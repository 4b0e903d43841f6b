package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.postgres.cluster.ConfFile;
import dev.zvpg.postgres.cluster.JobLibraries;
import dev.zvpg.postgres.copy.SettingFindings;
import dev.zvpg.server.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfFileTest {

    @TempDir
    Path directory;

    private Map<String, String> read(String text) throws Exception {
        return ConfFile.read(Files.writeString(directory.resolve("a.conf"), text))
                .settings();
    }

    @Test
    void readsEveryWayToWriteASetting() throws Exception {
        assertThat(read("""
                        # a comment
                          port = 5432   # another
                        Work_Mem=4MB
                        cluster_name 'it''s # \\\\ \\'x\\' \\103'
                        listen_addresses='*'
                        my.own = on
                        empty = ''
                        port = 5433
                        """))
                .containsExactly(
                        Map.entry("work_mem", "4MB"),
                        Map.entry("cluster_name", "it's # \\ 'x' C"),
                        Map.entry("listen_addresses", "*"),
                        Map.entry("my.own", "on"),
                        Map.entry("empty", ""),
                        Map.entry("port", "5433"));
    }

    @Test
    void whatItWritesItReads() throws Exception {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("a", "plain");
        settings.put("b", "it's \\ 'x' \"y\" # z");
        settings.put("c", "");
        settings.put("d", "two\nlines");
        settings.put("e", "x".repeat(100_000));
        assertThat(read(ConfFile.text("a\nb", settings))).isEqualTo(settings);
    }

    @Test
    void includesAreFollowedAndMissingOnesNamed() throws Exception {
        Files.createDirectory(directory.resolve("conf.d"));
        Files.writeString(directory.resolve("conf.d/2.conf"), "x = 2");
        Files.writeString(directory.resolve("conf.d/1.conf"), "x = 1\ny = 1");
        Files.writeString(directory.resolve("conf.d/.hidden.conf"), "x = 3");
        Files.writeString(
                directory.resolve("a.conf"),
                "include_dir 'conf.d'\ninclude = 'absent.conf'\ninclude_if_exists = 'absent too.conf'\n");
        ConfFile file = ConfFile.read(directory.resolve("a.conf"));
        assertThat(file.settings()).containsOnly(Map.entry("x", "2"), Map.entry("y", "1"));
        assertThat(file.missing()).containsExactly(directory.resolve("absent.conf"));
    }

    @Test
    void aCircleOfIncludesEnds() {
        assertThatThrownBy(() -> read("include = 'a.conf'"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("circle");
    }

    @Test
    void aLineThatIsNoSettingIsNamedAndNotShown() {
        for (String line : new String[] {"root:x:0", "a = 'open", "a = b c", "= 5", "a"}) {
            assertThatThrownBy(() -> read("# fine\n" + line))
                    .as(line)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("line 2")
                    .hasMessageNotContaining("root");
        }
    }

    @Test
    void librariesThatRunJobsAreDroppedAndOthersKept() {
        assertThat(JobLibraries.without("pg_stat_statements, pg_cron,\"pglogical\""))
                .hasValue("\"pg_stat_statements\"");
        assertThat(JobLibraries.without("$libdir/pg_cron")).hasValue("");
        assertThat(JobLibraries.without("/usr/lib/pg_net.so, 'a'")).hasValue(""); // known to nobody
        assertThat(JobLibraries.without("timescaledb, auto_explain")).isEmpty();
        assertThat(JobLibraries.without("")).isEmpty();
    }

    @Test
    void findingsShowNoPasswords() {
        assertThat(SettingFindings.of(Map.of(
                        "primary_conninfo", "host=prod password=hidden",
                        "restore_command", "scp hidden@prod:%f %p",
                        "archive_mode", "on",
                        "shared_preload_libraries", "pg_cron,timescaledb",
                        "synchronous_standby_names", "*")))
                .extracting(Finding::toString)
                .hasSize(6)
                .noneMatch(line -> line.contains("hidden"));
        assertThat(SettingFindings.of(Map.of("archive_mode", "OFF", "listen_addresses", "localhost, 127.0.0.1")))
                .isEmpty();
    }

    @Test
    void aPipeOrAFileWithoutAnEndIsNotReadEvenIfIncluded() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", directory.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();
        for (String included : List.of("pipe", "/dev/zero")) {
            assertTimeoutPreemptively(
                    Duration.ofMinutes(1),
                    () -> assertThatThrownBy(() -> read("include '" + included + "'"))
                            .isInstanceOf(IOException.class)
                            .hasMessageContaining(included)
                            .hasMessageContaining("not a regular file"));
        }
    }
}
