package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.error.Problem;
import dev.zvpg.info.BranchInfo;
import dev.zvpg.info.CloneInfo;
import dev.zvpg.info.Space;
import dev.zvpg.info.Status;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.engine.Doctor;
import dev.zvpg.internal.engine.InfoReader;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.server.FakeLauncher;
import dev.zvpg.server.ServerState;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.Draft;
import dev.zvpg.storage.Listing;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StoredVolume;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Breaks a repository on real directories in every way that the doctor knows. */
class DoctorTest {

    private static final String FULL_DISK = "the disk that holds";

    @TempDir
    Path directory;

    private final FakeLauncher launcher = new FakeLauncher();
    private Repository repo;

    @BeforeEach
    void initialize() {
        repo = zvpg(6000, 6009).init();
    }

    @AfterEach
    void close() {
        repo.close();
    }

    private Storage openStorage() {
        return DirectoryStorage.at(directory.resolve("storage")).open();
    }

    private Zvpg zvpg(int firstPort, int lastPort) {
        return Zvpg.at(directory.resolve("home"))
                .storage(this::openStorage)
                .postgres(launcher)
                .ports(firstPort, lastPort);
    }

    private Branch main() {
        return repo.branch("main");
    }

    /** What was found; but the disk of the machine that the tests run on may really be nearly full. */
    private List<Problem> problems() {
        List<Problem> problems = repo.doctor();
        assertThat(repo.status().problems()).as("what the status says").hasSameSizeAs(problems);
        return problems.stream()
                .filter(problem -> !problem.what().startsWith(FULL_DISK))
                .toList();
    }

    private void finds(String what, String advice) {
        assertThat(problems()).singleElement().satisfies(problem -> {
            assertThat(problem.what()).contains(what);
            assertThat(problem.advice()).contains(advice);
        });
    }

    private void update(AttributeChange change) {
        try (Storage storage = openStorage()) {
            storage.update(List.of(change));
        }
    }

    private static VolumeId volume(WorkingCopy copy) {
        return copy.copy().volume().id();
    }

    @Test
    void aHealthyRepositoryHasNoProblems() {
        main().start();
        Snapshot v1 = main().snapshot("v1", "");
        v1.branch("feature").snapshot("f1", "");
        v1.clone("trial", o -> o.port(6005)).start();
        v1.clone("stopped");
        assertThat(problems()).isEmpty();
        v1.discard();
        repo.clone("stopped").delete();
        assertThat(problems()).isEmpty();
    }

    @Test
    void missingFilesAreFoundAndTheStatusStillTellsTheRest() throws IOException {
        Clone trial = main().snapshot("v1", "").clone("trial");
        Path data = trial.dataDirectory();
        OpenDirectory.deleteTree(data);
        finds("the files of clone trial are missing: " + data + " does not exist", "mount the file system");
        Status status = repo.status();
        assertThat(status.branches()).extracting(BranchInfo::name).containsExactly("main");
        assertThat(status.clones()).extracting(CloneInfo::state).containsExactly(ServerState.STOPPED);
    }

    @Test
    void filesThatThisUserMayNotLookIntoAreFound() throws IOException {
        assumeThat(System.getProperty("user.name"))
                .as("root looks into everything")
                .isNotEqualTo("root");
        Path volume = main().dataDirectory().resolveSibling("");
        Files.setPosixFilePermissions(volume, PosixFilePermissions.fromString("---------"));
        try {
            assertThat(problems())
                    .isNotEmpty()
                    .allSatisfy(problem ->
                            assertThat(problem.what()).contains("branch main").contains("permission denied"));
        } finally {
            Files.setPosixFilePermissions(volume, PosixFilePermissions.fromString("rwx--x--x"));
        }
    }

    @Test
    void aDirectoryThatTheServersUserMayNotEnterIsFound() {
        launcher.unreachable(directory);
        finds("branch main: the server's user may not enter " + directory, "open it");
    }

    @Test
    void aCrashedServerIsFoundUntilItIsStarted() {
        main().start();
        launcher.crash(main().dataDirectory());
        finds("the server of branch main has crashed", "start it");
        assertThat(repo.status().branches()).extracting(BranchInfo::state).containsExactly(ServerState.CRASHED);
        main().start();
        assertThat(problems()).isEmpty();
    }

    @Test
    void aPortOutsideTheRangeIsFound() {
        int port = main().info().port();
        repo.close();
        repo = zvpg(7000, 7009).open();
        finds("branch main has port " + port + ", outside the repository's range 7000-7009", "range that holds it");
    }

    @Test
    void twoOnOnePortAreFound() {
        Clone trial = main().snapshot("v1", "").clone("trial");
        update(AttributeChange.set(
                volume(trial),
                Map.of(CopyRecord.PORT, Integer.toString(main().info().port()))));
        finds("is that of branch main and clone trial", "without naming a port");
    }

    @Test
    void aServerThatListensElsewhereIsFound() {
        int port = main().start().port();
        update(AttributeChange.set(volume(main()), Map.of(CopyRecord.PORT, "6009")));
        finds("listens on port " + port + ", but its port is 6009", "start it again");
    }

    @Test
    void anotherProgramOnAChosenPortIsFound() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = other.getLocalPort();
            repo.close();
            repo = zvpg(1024, 65_535).open();
            main().snapshot("v1", "").clone("trial", o -> o.port(port));
            finds("port " + port + " of clone trial is taken by another program", "stop that program");
        }
    }

    @Test
    void aHistoryWithAGapIsFound() {
        Snapshot v1 = main().snapshot("v1", "");
        main().snapshot("v2", "");
        v1.branch("feature");
        try (Storage storage = openStorage()) { // as by hand, with the storage's own tools
            storage.destroy(v1.key().id());
        }
        assertThat(problems())
                .extracting(Problem::what)
                .containsExactly(
                        "snapshot main@v2 follows a snapshot that is gone",
                        "branch feature began from a snapshot that is gone");
        assertThat(repo.graph()).hasToString("* main@v2 (main)\n(feature) without a snapshot");
    }

    @Test
    void leftoversAreFoundUnlessSomebodyIsMakingThem() throws Exception {
        VolumeId half = VolumeId.generate("half");
        try (Storage theirs = openStorage();
                Draft draft = theirs.create(half)) {
            assertThat(problems()).isEmpty();
            draft.publish(Map.of());
        }
        finds("it has no attribute kind", "put the attribute right");
        try (Storage theirs = openStorage()) {
            theirs.destroy(half);
        }
        // what a crash leaves
        Files.createDirectory(directory.resolve("storage/volumes").resolve(half.value()));
        Files.createFile(directory.resolve("storage/drafts").resolve("volumes." + half.value()));
        finds("volume " + half, "open it again");
        repo.close();
        repo = zvpg(6000, 6009).open();
        assertThat(problems()).isEmpty();
    }

    @Test
    void foreignThingsAreFound() throws IOException {
        Files.createFile(directory.resolve("storage/holiday.jpg"));
        finds("holiday.jpg", "never touched");
        assertThat(repo.status().foreign()).containsExactly("holiday.jpg");
    }

    @Test
    void whatIsDeletedWhileTheDoctorLooksIsNoProblem() {
        Doctor doctor =
                new Doctor(main().operations().context(), main().operations().servers());
        Clone trial = main().snapshot("v1", "").clone("trial");
        CopyRecord seen = trial.copy();
        assertThat(doctor.examine(seen)).isPresent();
        trial.delete();
        assertThat(doctor.examine(seen)).isEmpty();
    }

    @Test
    void aDiskIsNearlyFullBelowFivePercentAndTenGigabytes() {
        long gigabyte = 1_000_000_000;
        assertThat(Doctor.fullDisk(directory, 5 * gigabyte, 100 * gigabyte)).isEmpty();
        assertThat(Doctor.fullDisk(directory, 49 * gigabyte / 10, 100 * gigabyte))
                .map(Problem::what)
                .contains(FULL_DISK + " " + directory + " is nearly full: 4900 of 100000 MB are free");
        assertThat(Doctor.fullDisk(directory, 11 * gigabyte, 1000 * gigabyte)).isEmpty();
        assertThat(Doctor.fullDisk(directory, 9 * gigabyte, 1000 * gigabyte)).isPresent();
    }

    @Test
    void aDiskThatIsNearlyFullIsFound() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        assumeThat(run("mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", disk.toString()))
                .as("needs to be able to mount a file system")
                .isZero();
        try (Repository onIt = Zvpg.at(disk.resolve("home")).postgres(launcher).init()) {
            assertThat(onIt.doctor()).isEmpty();
            Files.write(disk.resolve("ballast"), new byte[(int) (disk.toFile().getUsableSpace() - 500_000)]);
            assertThat(onIt.doctor()).singleElement().satisfies(problem -> {
                assertThat(problem.what()).startsWith(FULL_DISK + " " + disk).contains("of 20 MB are free");
                assertThat(problem.advice()).contains("delete clones");
            });
        } finally {
            assertThat(run("umount", disk.toString())).isZero();
        }
    }

    private static int run(String... command) throws Exception {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    void spaceIsToldInTotalWhereTheStorageTellsItOfEverything() {
        StoredVolume first = volume("first", OptionalLong.of(10), OptionalLong.of(100));
        StoredVolume second = volume("second", OptionalLong.of(5), OptionalLong.of(95));
        assertThat(InfoReader.space(new Catalog(new Listing(List.of(first, second), List.of()))))
                .isEqualTo(new Space(OptionalLong.of(15), OptionalLong.of(195), OptionalLong.of(180)));
        StoredVolume unknown = volume("unknown", OptionalLong.empty(), OptionalLong.of(1));
        assertThat(InfoReader.space(new Catalog(new Listing(List.of(first, unknown), List.of()))))
                .isEqualTo(new Space(OptionalLong.empty(), OptionalLong.of(101), OptionalLong.empty()));
        assertThat(repo.status().space())
                .isEqualTo(new Space(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty()));
    }

    private static StoredVolume volume(String id, OptionalLong used, OptionalLong referenced) {
        Map<String, String> attributes = Map.of(CopyRecord.KIND, "branch", CopyRecord.NAME, id);
        return new StoredVolume(new VolumeId(id), Optional.empty(), attributes, Instant.EPOCH, used, referenced);
    }
}
