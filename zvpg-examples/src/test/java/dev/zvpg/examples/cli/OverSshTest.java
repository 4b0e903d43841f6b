package dev.zvpg.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.zvpg.Repository;
import dev.zvpg.remote.Remote;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a key may do that OpenSSH's own server lets in to do one thing, as {@code zvpg serve --help} says. */
@Tag("anybody")
class OverSshTest {

    /** Where the repository is that is served. */
    @RegisterExtension
    final Place db1 = new Place();

    @RegisterExtension
    final Place laptop = new Place();

    private Optional<Sshd> sshd = Optional.empty();

    @BeforeEach
    void serveARepository() throws Exception {
        assumeThat(Sshd.isInstalled()).as("OpenSSH's server").isTrue();
        db1.init("--storage", "directory", "--home", db1.path("home").toString(), "--no-start")
                .succeeded();
        db1.zvpg("snapshot", "create", "v1", "-m", "secrets").succeeded();
        db1.zvpg("branch", "create", "dev/start", "--from", "main@v1").succeeded();
        db1.zvpg("branch", "stop", "dev/start").succeeded();
        db1.zvpg("branch", "snapshot", "dev/start", "s1", "-m", "to start from").succeeded();
        String serve = "env JAVA_HOME='" + System.getProperty("java.home") + "' '" + Script.BIN.resolve("zvpg")
                + "' serve --stdio --repository '" + db1.path("home") + "' --append-only --branches 'dev/*'";
        sshd = Optional.of(new Sshd(db1.path("sshd"), serve));
        laptop.init("--storage", "directory", "--home", laptop.path("home").toString(), "--no-start")
                .succeeded();
        try (Repository repo = laptop.open()) {
            repo.remotes().add("origin", Remote.ssh("db1", "/whatever/is/asked/for"));
        }
    }

    @AfterEach
    void stopServing() throws Exception {
        if (sshd.isPresent()) {
            sshd.get().close();
        }
    }

    private Sshd sshd() {
        return sshd.orElseThrow();
    }

    /** Runs {@code zvpg} on the laptop. */
    private Script zvpg(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("env"));
        sshd().environment().forEach((name, value) -> command.add(name + "=" + value));
        command.add(Script.BIN.resolve("zvpg").toString());
        command.addAll(List.of(arguments));
        return Script.run(laptop, "", command.toArray(String[]::new));
    }

    @Test
    void itFetchesAndPushesTheBranchesThatItMaySeeAndNoOthers() throws Exception {
        assertThat(zvpg("fetch", "--branch", "main").ended(ExitCode.NOT_FOUND).err())
                .contains("no branch main with a snapshot is to be had from origin; it has dev/start");
        assertThat(zvpg("fetch", "--verify").ended(0).out()).startsWith("origin/dev/start is now at ");
        zvpg("branch", "create", "ada", "--from", "origin/dev/start@s1").ended(0);
        zvpg("branch", "stop", "ada").ended(0);
        zvpg("branch", "snapshot", "ada", "a1", "-m", "work").ended(0);
        assertThat(zvpg("push", "--branch", "ada", "--as", "dev/ada").ended(0).out())
                .startsWith("branch dev/ada of origin is now at ada@a1\n");
        assertThat(db1.zvpg("branch", "list").succeeded().out()).contains("dev/ada");
        assertThat(zvpg("push", "--branch", "ada", "--as", "main").err()).contains("main");
        assertThat(db1.zvpg("branch", "log", "main").succeeded().out()).doesNotContain("a1");
        assertThat(zvpg("push", "--branch", "main", "--as", "dev/start", "--force-with-lease")
                        .exitCode())
                .as("its key may only move branches forward")
                .isNotZero();
    }

    @Test
    void whatSshSaysOfAHostThatItDoesNotKnowIsTold() throws Exception {
        sshd().knowNoHost();
        assertThat(zvpg("fetch").ended(1).err())
                .contains("cannot connect to ssh://db1/whatever/is/asked/for: Host key verification failed")
                .contains("connect with ssh db1 once")
                .hasLineCount(1);
        sshd().knowHost("user");
        assertThat(zvpg("fetch").ended(1).err()).contains("Host key verification failed");
    }

    @Test
    void aKeyThatIsNotLetInAndARepositoryThatIsGoneAreTold() throws Exception {
        sshd().letIn("host");
        assertThat(zvpg("fetch").ended(1).err())
                .contains("cannot connect to ssh://db1/whatever/is/asked/for: ")
                .contains("Permission denied (publickey")
                .contains("connect with ssh db1 once")
                .hasLineCount(1);
        sshd().letIn("user");
        Files.move(db1.path("home"), db1.path("elsewhere"));
        try {
            assertThat(zvpg("fetch").err())
                    .contains("no repository at " + db1.path("home"))
                    .hasLineCount(1);
        } finally {
            Files.move(db1.path("elsewhere"), db1.path("home"));
        }
    }

    @Test
    @Tag("full")
    void aNetworkThatGoesDownUnderATransferLeavesNothingHalfMadeAndTheNextOneGoesOn() throws Exception {
        try (Line line = new Line(sshd().port())) {
            sshd().isReachedAt(line.port());
            line.goesDownAfter(300_000); // of about two million
            assertThat(zvpg("fetch").ended(1).err())
                    .contains("nothing was heard for 30 seconds")
                    .hasLineCount(1);
            assertThat(line.isDown()).isTrue();
            assertThat(laptop.zvpg("doctor").succeeded().out()).contains("nothing is wrong");
            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(
                            () -> assertThat(serving()).as("gives up, too").isEmpty());
            line.isUpAgain();
            assertThat(zvpg("fetch", "--verify").ended(0).out()).startsWith("origin/dev/start is now at ");

            zvpg("branch", "create", "ada", "--from", "origin/dev/start@s1").ended(0);
            zvpg("branch", "stop", "ada").ended(0);
            zvpg("branch", "snapshot", "ada", "a1").ended(0);
            line.goesDownAfter(20_000);
            assertThat(zvpg("push", "--branch", "ada", "--as", "dev/ada")
                            .ended(1)
                            .err())
                    .contains("nothing was heard for 30 seconds");
            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(() -> assertThat(serving()).isEmpty());
            assertThat(db1.zvpg("branch", "list").succeeded().out()).doesNotContain("dev/ada");
            assertThat(db1.zvpg("doctor").succeeded().out()).contains("nothing is wrong");
            line.isUpAgain();
            assertThat(zvpg("push", "--branch", "ada", "--as", "dev/ada")
                            .ended(0)
                            .out())
                    .contains("is now at ada@a1");
        }
    }

    /** The processes that serve the repository. */
    private List<String> serving() {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .filter(line ->
                        line.contains("serve") && line.contains(db1.path("home").toString()))
                .toList();
    }

    @Test
    @Tag("full")
    void anotherSideThatSaysNothingIsGivenUp() throws Exception {
        sshd().close();
        sshd = Optional.of(new Sshd(db1.path("silent"), "exec cat >/dev/null"));
        assertThat(zvpg("fetch").ended(1).err()).contains("nothing was heard for 30 seconds");
    }
}
