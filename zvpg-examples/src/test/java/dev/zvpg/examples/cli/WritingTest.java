package dev.zvpg.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.Problem;
import dev.zvpg.examples.cli.text.Bytes;
import dev.zvpg.examples.cli.text.Columns;
import dev.zvpg.examples.cli.text.Json;
import dev.zvpg.examples.cli.text.Times;
import dev.zvpg.info.Event;
import dev.zvpg.info.SnapshotInfo;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** How things are written: JSON, tables, sizes, time spans, and the line for psql. */
class WritingTest {

    @Test
    void aRecordIsAnObjectWithItsComponentsInTheirOrder() {
        SnapshotInfo snapshot = new SnapshotInfo(
                "v1-k3f9q2x1",
                "v1",
                "main-8d0pw3ab",
                "main",
                "say \"hi\"\n",
                "me",
                Instant.parse("2026-11-22T20:31:38Z"),
                List.of("main@v0"),
                List.of("origin/main"),
                "18.6",
                "0/16B3748",
                725,
                OptionalLong.of(7),
                OptionalLong.empty());

        assertThat(Json.text(snapshot)).isEqualTo("""
                        {
                          "ref" : "main@v1",
                          "id" : "v1-k3f9q2x1",
                          "name" : "v1",
                          "branchId" : "main-8d0pw3ab",
                          "branch" : "main",
                          "message" : "say \\"hi\\"\\n",
                          "author" : "me",
                          "created" : "2026-11-22T20:31:38Z",
                          "parents" : [
                            "main@v0"
                          ],
                          "remoteBranches" : [
                            "origin/main"
                          ],
                          "version" : "18.6",
                          "wal" : "0/16B3748",
                          "nextTransactionId" : 725,
                          "usedBytes" : 7,
                          "referencedBytes" : null
                        }""");
        assertThat(Json.text(List.of(new Problem("what", "advice")))).contains("\"what\" : \"what\"");
        assertThat(Json.text(List.of())).isEqualTo("[ ]");
    }

    @Test
    void adviceIsInTheWordsOfTheCommandLineAndWhatFailedIsAsItWas() {
        NotFoundException failure =
                new NotFoundException("nothing at /call init() again", "call init() again, which finishes that");
        assertThat(Failure.text(failure))
                .isEqualTo("nothing at /call init() again; run zvpg init again, which finishes that");
    }

    @Test
    void aTableLeavesOutColumnsInWhichNothingIs() {
        assertThat(new Columns("name", "used", "message")
                        .row("a", "", "two\nlines")
                        .row("long", "", ""))
                .hasToString("NAME  MESSAGE\na     two lines\nlong");
    }

    @ParameterizedTest
    @CsvSource({"0, 0 B", "1023, 1023 B", "1024, 1.0 KB", "41313894, 39.4 MB", "9223372036854775807, 8.0 EB"})
    void bytesAreForPeople(long bytes, String text) {
        assertThat(Bytes.text(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"90m, PT1H30M", "12h, PT12H", "7d, PT168H", "1d12h, PT36H", "1h1m1s, PT1H1M1S"})
    void timeSpansAreRead(String text, Duration span) {
        assertThat(new Times().convert(text)).isEqualTo(span);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "12", "h", "1h1d", "-1h", "1.5h", "12345678901d"})
    void whatIsNoTimeSpanIsRefused(String text) {
        assertThatThrownBy(() -> new Times().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("such as 90m");
    }

    @Test
    void thePsqlLineSurvivesTheShellAndLibpq() throws Exception {
        for (String path : List.of("/plain/pgpass", "/with space/p", "/it's/p", "/$HOME/`x`/p", "/back\\slash/p")) {
            String line = Psql.line(6010, "postgres", Path.of(path));
            Process shell = new ProcessBuilder("sh", "-c", line.replaceFirst("^psql ", "printf %s ")).start();
            String parameters =
                    new String(shell.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(parameters).startsWith("host=127.0.0.1 port=6010 user=postgres dbname=postgres passfile=");
            assertThat(unquoted(parameters.substring(parameters.indexOf("passfile=") + "passfile=".length())))
                    .isEqualTo(path);
        }
    }

    /** As libpq reads it. */
    private static String unquoted(String value) {
        return value.startsWith("'") ? value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1") : value;
    }

    @Test
    void progressIsShownOnAScreenOnly() {
        assertThat(ProgressLine.text(new Event.Progress("clone trial", 3L << 20, 12L << 20)))
                .isEqualTo("clone trial: 25 %, 3.0 MB of 12.0 MB");
        assertThat(ProgressLine.text(new Event.Progress("clone trial", 13, 12))).contains("100 %");
        assertThat(ProgressLine.text(new Event.Progress("clone trial", 13, 0))).isEqualTo("clone trial: 13 B");
        assertThat(told(false)).isEmpty();
        assertThat(told(true))
                .isEqualTo(
                        "\r\u001b[Kclone trial: 10 %, 10 B of 100 B\r\u001b[Kclone trial: 20 %, 20 B of 100 B\r\u001b[K");
    }

    @Test
    void longWorkTellsHowFastItGoesAndHowLongItWillTake() {
        StringWriter err = new StringWriter();
        long[] now = {0};
        Terminal terminal = new Terminal(
                new BufferedReader(new StringReader("")), new PrintWriter(err), new PrintWriter(err), false, true);
        try (ProgressLine line = new ProgressLine(terminal, () -> now[0])) {
            for (int second = 1; second <= 5; second++) {
                now[0] = Duration.ofSeconds(second).toNanos();
                line.accept(new Event.Progress("pushing main", (long) second * (10 << 20), 100L << 20));
            }
        }
        assertThat(err.toString())
                .contains("20 %, 20.0 MB of 100.0 MB\r")
                .contains("50.0 MB of 100.0 MB, 10.0 MB/s, 5 s left");
    }

    /** What is written when a byte is done every ten milliseconds, and then all is. */
    private static String told(boolean screen) {
        StringWriter err = new StringWriter();
        Terminal terminal = new Terminal(
                new BufferedReader(new StringReader("")), new PrintWriter(err), new PrintWriter(err), false, screen);
        long[] now = {0};
        try (ProgressLine line = new ProgressLine(terminal, () -> now[0])) {
            for (int done = 0; done < 25; done++) {
                now[0] = Duration.ofMillis(10L * done).toNanos();
                line.accept(new Event.Progress("clone trial", done, 100));
            }
        }
        return err.toString();
    }
}
