package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zvpg.Branch;
import dev.zvpg.Effort;
import dev.zvpg.Repository;
import dev.zvpg.RunningServer;
import dev.zvpg.ScratchClone;
import dev.zvpg.Snapshot;
import dev.zvpg.Zvpg;
import dev.zvpg.error.InUseException;
import dev.zvpg.postgres.os.OsProcess;
import dev.zvpg.storage.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two containers with one repository: neither sees the other's processes, nor its shared memory. */
@Tag(Effort.FULL)
class OtherContainerTest {

    private static final List<String> CONTAINER = List.of("unshare", "--pid", "--ipc", "--mount-proc", "--fork");

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private final Postgres postgres = Postgres.embedded();

    /** The second container: tries everything, and prints what came of it. */
    public static void main(String[] args) {
        try (Repository repo = open(Path.of(args[0]))) {
            Branch main = repo.branch("main");
            Snapshot v1 = repo.snapshot("main@v1");
            System.out.println(
                    "state " + main.state() + " " + repo.status().branches().size());
            Map<String, ThrowingCallable> verbs = new LinkedHashMap<>();
            verbs.put("start", main::start);
            verbs.put("stop", main::stop);
            verbs.put("snapshot", () -> main.snapshot("v2", ""));
            verbs.put("reset", () -> main.resetTo(v1));
            verbs.put("merge", () -> main.merge(repo.branch("feature")));
            verbs.put("delete", main::delete);
            verbs.put("delete-clone", () -> repo.clone("trial").delete());
            verbs.put("destroy", repo::destroy);
            verbs.forEach((name, verb) -> System.out.println(name + " " + tried(verb)));
        }
        try (Repository repo = open(Path.of(args[0]))) {
            System.out.println("scratch " + repo.snapshot("v1").withScratch(scratch -> count(scratch.dataSource())));
        } catch (Exception e) {
            System.out.println(e);
        }
    }

    private static String tried(ThrowingCallable verb) {
        try {
            verb.call();
            return "done";
        } catch (InUseException e) {
            String message = String.valueOf(e.getMessage());
            return message.contains("another container") && message.contains("postmaster.pid") ? "refused" : message;
        } catch (Throwable e) {
            return e.toString();
        }
    }

    private static Repository open(Path home) {
        return Zvpg.at(home).postgres(Postgres.embedded()).ports(23_000, 23_099).open();
    }

    private static int count(DataSource source) throws java.sql.SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM t")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private List<String> tryThere(Path home) throws Exception {
        try (ChildJvm container = new ChildJvm(CONTAINER, OtherContainerTest.class, home.toString())) {
            return container.rest();
        }
    }

    @Test
    void theSecondOneListsAndReadsAndChangesNothingThatTheFirstOneRuns() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root may make a namespace of processes");
        Path home = sandbox.path("home");
        try (Repository repo =
                Zvpg.at(home).postgres(postgres).ports(23_000, 23_099).init()) {
            Branch main = repo.branch("main");
            RunningServer server = main.start();
            try (Connection connection = main.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE t AS SELECT 1 i");
            }
            Snapshot v1 = main.snapshot("v1", "");
            v1.branch("feature").snapshot("f1", "");
            v1.clone("trial").start();
            try (ScratchClone scratch = v1.scratch()) {
                assertThat(tryThere(home))
                        .containsExactly(
                                "state RUNNING 2",
                                "start refused",
                                "stop refused",
                                "snapshot refused",
                                "reset refused",
                                "merge refused",
                                "delete refused",
                                "delete-clone refused",
                                "destroy refused",
                                "scratch 1");
                assertThat(count(scratch.dataSource())).isEqualTo(1);
            }
            assertThat(main.server().pid()).isEqualTo(server.pid());
            assertThat(count(main.dataSource())).isEqualTo(1);
            assertThat(count(repo.clone("trial").dataSource())).isEqualTo(1);
            assertThat(main.snapshots()).hasSize(1);

            // as after a power cut: nobody holds the lock, so nobody has to do anything
            ProcessHandle.of(server.pid()).ifPresent(ProcessHandle::destroyForcibly);
            while (!OsProcess.serverProcessesIn(main.dataDirectory()).isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(Files.exists(main.dataDirectory().resolve("postmaster.pid")))
                    .isTrue();
            main.start();
            assertThat(count(main.dataSource())).isEqualTo(1);
            repo.destroy();
        }
    }
}
