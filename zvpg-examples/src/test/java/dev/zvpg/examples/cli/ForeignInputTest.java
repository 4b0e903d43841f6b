package dev.zvpg.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Text that others wrote, files that others own, and letters that a locale does not have. */
class ForeignInputTest {

    private static final String HOSTILE = "fine\u001b]0;title\u0007\u009b2J\u202e\u007f";

    @RegisterExtension
    final Place place = new Place();

    @RegisterExtension
    final Place original = new Place();

    private void init() {
        place.init("--home", place.path("home").toString()).succeeded();
    }

    @Test
    void escapeSequencesInMessagesNeverReachATerminal() throws Exception {
        init();
        try (Repository repo = place.open()) {
            repo.branch("main").snapshot("v1", HOSTILE);
        }
        assertThat(place.zvpg("snapshot", "list").succeeded().out())
                .contains("fine\\x1b]0;title\\x07\\x9b2J\\u202e\\x7f");
        for (String[] command : new String[][] {
            {"snapshot", "list"},
            {"snapshot", "list", "--json"},
            {"branch", "log"},
            {"status"},
            {"status", "--json"},
            {"graph"},
            {"graph", "--format", "svg"},
            {"graph", "--format", "mermaid"}
        }) {
            assertThat(place.zvpg(command).succeeded().out())
                    .as(String.join(" ", command))
                    .doesNotContainPattern("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e]");
        }
        assertThat(place.zvpg("snapshot", "list", "--json")
                        .json()
                        .get(0)
                        .get("message")
                        .textValue())
                .as("and JSON says what it is")
                .isEqualTo(HOSTILE);
        place.zvpg("branch", "start", HOSTILE).failed(ExitCode.NOT_FOUND).saying("\\x1b]0;title");
    }

    @Test
    void anArgumentThatTheLocaleCannotReadIsRefused() {
        place.zvpg("snapshot", "create", "v1", "-m", "Gr\uFFFD\uFFFDe")
                .failed(ExitCode.USAGE)
                .saying("set LANG=C.UTF-8");
    }

    @Tag("full")
    @Test
    void whatIsTypedWithoutALocaleIsKept() throws Exception {
        init();
        for (String locale : new String[] {"LANG=", "LANG=C", "LC_ALL=POSIX"}) {
            String name = "größe-" + locale.length();
            Script.run(
                            place,
                            "",
                            "env",
                            "-u",
                            "LC_ALL",
                            "-u",
                            "LANG",
                            locale,
                            Script.BIN.resolve("zvpg").toString(),
                            "snapshot",
                            "create",
                            name,
                            "-m",
                            "Größe €")
                    .ended(0);
            try (Repository repo = place.open()) {
                assertThat(repo.snapshot("main@" + name).info().message()).isEqualTo("Größe €");
            }
        }
    }

    @Test
    void whatBelongsToAnotherUserIsRefusedUnlessTrusted() throws Exception {
        Assumptions.assumeTrue(System.getProperty("user.name").equals("root"), "needs root");
        init();
        for (Path file : new Path[] {place.configuration(), place.path("home")}) {
            Files.setAttribute(file, "unix:uid", 65_534);
            place.zvpg("status")
                    .failed(ExitCode.FAILED)
                    .saying(file + " belongs to nobody")
                    .saying("say --trust-owner");
            place.zvpg("status", "--trust-owner").succeeded();
            Files.setAttribute(file, "unix:uid", 0);
        }
    }

    @Tag("full")
    @Test
    void aBranchOfABranchWithUnsavedWorkSaysWhatItLacks() throws Exception {
        init();
        place.zvpg("snapshot", "create", "v1").succeeded();
        place.zvpg("branch", "create", "clean", "--no-start").succeeded();
        try (Repository repo = place.open();
                Connection connection = repo.branch("main").dataSource().getConnection()) {
            connection.createStatement().execute("CREATE TABLE t(i int)");
        }
        Ran made = place.zvpg("branch", "create", "feature", "--no-start");
        assertThat(made.exitCode()).isZero();
        assertThat(made.err())
                .contains(
                        "branch feature starts from main@v1; branch main holds work since then that it does not have");
        place.zvpg("branch", "create", "chosen", "--from", "main@v1", "--no-start")
                .succeeded();
    }

    @Tag("full")
    @Test
    void settingsForABiggerMachineAreReplacedWithAFile() throws Exception {
        original.init("--home", original.path("home").toString(), "--no-start").succeeded();
        Path data;
        try (Repository repo = original.open()) {
            data = repo.branch("main").dataDirectory();
        }
        Files.writeString(
                data.resolve("postgresql.conf"),
                "shared_buffers = '7000GB'\n",
                java.nio.file.StandardOpenOption.APPEND);
        place.init("--home", place.path("home").toString(), "--from-directory", data.toString())
                .failed(ExitCode.CONFIGURATION)
                .saying("--from-configuration FILE");
        Path conf = Files.writeString(place.path("small.conf"), "shared_buffers = '16MB'\n");
        place.init(
                        "--home",
                        place.path("home").toString(),
                        "--from-directory",
                        data.toString(),
                        "--from-configuration",
                        conf.toString())
                .succeeded();
    }

    @Test
    void addressesOfIpv6AreUnderstood() {
        for (String address : new String[] {"::1", "[::1]", "[::1]:6500", "fe80::1%lo"}) {
            place.init("--home", place.path("home").toString(), "--from-server", address, "--from-user", "nobody-here")
                    .failed(ExitCode.CONFIGURATION)
                    .saying("no password for role nobody-here on " + address);
        }
        for (String address : new String[] {"[::1", "[::1]6500", "x:y", ":5432"}) {
            place.init("--home", place.path("home").toString(), "--from-server", address)
                    .failed(ExitCode.USAGE);
        }
        place.init("--home", place.path("home").toString(), "--from-server", "x", "--sslmode", "maybe")
                .failed(ExitCode.USAGE)
                .saying("verify-full");
        assertThat(place.path("")).isEmptyDirectory();
    }
}
