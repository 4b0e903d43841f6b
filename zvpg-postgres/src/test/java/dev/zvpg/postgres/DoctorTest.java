package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.zvpg.Branch;
import dev.zvpg.Clone;
import dev.zvpg.Repository;
import dev.zvpg.RunningServer;
import dev.zvpg.error.Problem;
import dev.zvpg.info.BranchInfo;
import dev.zvpg.postgres.os.OsProcess;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.run.SharedMemory;
import dev.zvpg.server.ServerState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the doctor finds on real clusters, and that its advice helps. */
class DoctorTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private Repository repo;

    @BeforeEach
    void initialize() {
        repo = sandbox.zvpg(Postgres.embedded()).init();
    }

    @AfterEach
    void destroy() {
        repo.destroy();
    }

    /** What was found; but the disk of the machine that the tests run on may really be nearly full. */
    private List<Problem> problems() {
        return repo.doctor().stream()
                .filter(problem -> !problem.what().startsWith("the disk that holds"))
                .toList();
    }

    private void finds(String what, String advice) {
        assertThat(problems()).singleElement().satisfies(problem -> {
            assertThat(problem.what()).contains(what);
            assertThat(problem.advice()).contains(advice);
        });
    }

    @Test
    void aHealthyRepositoryHasNoProblems() {
        Branch main = repo.branch("main");
        assertThat(problems()).isEmpty();
        main.start();
        Clone trial = main.snapshot("v1", "").clone("trial"); // an image of a running server, not started yet
        assertThat(problems()).isEmpty();
        trial.start();
        assertThat(problems()).isEmpty();
        trial.stop();
        assertThat(problems()).isEmpty();
    }

    @Test
    void theStaleLockOfAKilledServerIsFoundAndAStartRepairsIt() {
        Branch main = repo.branch("main");
        RunningServer server = main.start();
        ProcessHandle.of(server.pid()).ifPresent(ProcessHandle::destroyForcibly);
        while (server.isRunning()) {
            Thread.onSpinWait();
        }
        assertThat(main.dataDirectory().resolve("postmaster.pid")).exists();
        finds("the server of branch main has crashed", "start it");
        assertThat(repo.status().branches()).extracting(BranchInfo::state).containsExactly(ServerState.CRASHED);
        main.start();
        assertThat(problems()).isEmpty();
    }

    @Test
    void aDirectoryThatTheServersUserMayNotEnterIsNamed() throws Exception {
        assumeThat(ServerUser.of(null).switched()).as("needs root").isTrue();
        Path storage = sandbox.path("storage");
        Files.setPosixFilePermissions(storage, PosixFilePermissions.fromString("rwx------"));
        finds("may not enter " + storage, "chmod o+x " + storage);
        Files.setPosixFilePermissions(storage, PosixFilePermissions.fromString("rwx--x--x"));
        assertThat(problems()).isEmpty();
    }

    @Test
    void aRunDirectoryThatTheServersUserMayNotEnterIsNamed() throws Exception {
        assumeThat(ServerUser.of(null).switched()).as("needs root").isTrue();
        Branch main = repo.branch("main");
        main.start();
        main.stop();
        Files.setPosixFilePermissions(sandbox.path("home"), PosixFilePermissions.fromString("rwx------"));
        finds("may not enter " + sandbox.path("home"), "chmod o+x " + sandbox.path("home"));
    }

    @Test
    void walThatLiesElsewhereIsFoundWhetherTheServerRunsOrNot() throws Exception {
        Branch main = repo.branch("main");
        Path wal = main.dataDirectory().resolve("pg_wal");
        Path elsewhere = main.dataDirectory().resolveSibling("wal");
        Files.move(wal, elsewhere);
        Files.createSymbolicLink(wal, elsewhere);
        finds(
                "branch main: " + main.dataDirectory() + ": the write-ahead log lies outside",
                "&& mv " + elsewhere + " " + wal);
        Files.delete(wal);
        Files.move(elsewhere, wal);
        main.start();
        assertThat(problems()).isEmpty();
        Path space = main.dataDirectory().resolve("pg_tblspc/1");
        Files.createSymbolicLink(space, sandbox.path("elsewhere"));
        finds("tablespace 1 lies outside", "drop it, or stop the server and run mkdir -p ");
        Files.delete(space);
    }

    @Test
    void anotherMajorVersionIsFound() throws Exception {
        Path version = repo.branch("main").dataDirectory().resolve("PG_VERSION");
        String real = Files.readString(version);
        Files.writeString(version, "13\n");
        finds("it belongs to PostgreSQL 13", "use an installation of PostgreSQL 13");
        assertThat(repo.status().branches()).extracting(BranchInfo::name).containsExactly("main");
        Files.writeString(version, real);
        assertThat(problems()).isEmpty();
    }

    @Test
    void aServerThatASignalHasStoppedIsFoundAndTheAdviceHelps() throws Exception {
        Branch main = repo.branch("main");
        long pid = main.start().pid();
        kill("STOP", pid);
        finds("branch main: its server (process " + pid + ") was stopped by a signal", "kill -CONT " + pid);
        kill("CONT", pid);
        assertThat(problems()).isEmpty();
    }

    private static void kill(String signal, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
        while (new OsProcess(pid, 0).isStopped() != signal.equals("STOP")) {
            Thread.onSpinWait();
        }
    }

    /** As a logout does with systemd; the name is this server's alone. */
    @Test
    void sharedMemoryThatWasRemovedIsFoundAndARestartHelps() throws Exception {
        Branch main = repo.branch("main");
        OsProcess server = OsProcess.find(main.start().pid()).orElseThrow();
        List<String> segments = server.mappedFiles().stream()
                .filter(name -> name.startsWith("/dev/shm/PostgreSQL."))
                .toList();
        assertThat(segments).isNotEmpty();
        for (String segment : segments) {
            Files.delete(Path.of(segment));
        }
        finds("branch main: the shared memory of its server was removed", "RemoveIPC=no");
        main.restart();
        assertThat(problems()).isEmpty();
    }

    @Test
    void aSmallPlaceForSharedMemoryIsFound() throws Exception {
        Path place = Files.createDirectory(sandbox.path("shm"));
        assertThat(SharedMemory.tooSmall(Path.of("/dev/shm"))).isEmpty();
        assumeThat(run("mount", "-t", "tmpfs", "-o", "size=4m", "none", place.toString()))
                .as("needs mounts")
                .isZero();
        try {
            assertThat(SharedMemory.tooSmall(place).orElseThrow().what()).contains("has 4 of 4 MB free");
        } finally {
            assertThat(run("umount", place.toString())).isZero();
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command).start().waitFor();
    }
}
