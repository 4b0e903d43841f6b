package dev.zvpg.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zvpg.Effort;
import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.internal.io.FileMutex;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.storage.ChildJvm;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.Draft;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StorageContract;
import dev.zvpg.storage.StorageFeature;
import dev.zvpg.storage.StorageWalk;
import dev.zvpg.storage.StoredDraft;
import dev.zvpg.storage.StoredSnapshot;
import dev.zvpg.storage.StoredVolume;
import dev.zvpg.storage.TreeText;
import dev.zvpg.storage.Trees;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The contract, and what directories add to it, on whatever file system a subclass provides. */
abstract class DirectoryStorageContract extends StorageContract {

    private static final int LONGEST_SOCKET_PATH = 100;

    private @Nullable DirectoryGround ground;

    /** Where to make directories. */
    abstract Path fileSystem();

    abstract CopyMethod method();

    @Override
    protected Ground newGround() {
        ground = new DirectoryGround(fileSystem(), method());
        return ground;
    }

    /** How many processes are killed in the middle of a verb. */
    int kills() {
        return Effort.of(5, 20);
    }

    private boolean isSubvolume() {
        return method() == CopyMethod.SUBVOLUME;
    }

    Path place() {
        return Objects.requireNonNull(ground, "made before each test").place();
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    // ---- what a copy keeps

    @Test
    void modesAndTimesAreKept() throws Exception {
        mainWith("dir/file", "x");
        Path tree = storage().directory(MAIN);
        FileTime time = FileTime.from(Instant.parse("2001-02-03T04:05:06Z"));
        for (String mode : List.of("rw-------", "r--------", "rwxr-x--x", "rw-rw-rw-")) {
            TreeText.write(tree, mode, mode);
            Files.setPosixFilePermissions(tree.resolve(mode), PosixFilePermissions.fromString(mode));
            Files.setLastModifiedTime(tree.resolve(mode), time);
        }
        Files.setPosixFilePermissions(tree.resolve("dir"), PosixFilePermissions.fromString("r-xr-x---"));
        Files.setLastModifiedTime(tree.resolve("dir"), time);
        Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("rwxr-x---"));

        snapshot(MAIN, V1);
        clone(V1, CLONE);

        for (Path copy : List.of(storage().directory(V1), storage().directory(CLONE))) {
            try (Stream<Path> files = Files.walk(tree)) {
                assertThat(files).allSatisfy(file -> {
                    Path same = copy.resolve(tree.relativize(file).toString());
                    assertThat(Files.getPosixFilePermissions(same)).isEqualTo(Files.getPosixFilePermissions(file));
                });
            }
            assertThat(Files.getLastModifiedTime(copy.resolve("dir"))).isEqualTo(time);
            assertThat(Files.getLastModifiedTime(copy.resolve("r--------"))).isEqualTo(time);
        }
        storage().destroy(CLONE); // in spite of the directory that cannot be written
        storage().destroy(V1);
        assertThat(place().resolve("volumes")).isDirectoryContaining("glob:**main");
        assertThat(place().resolve("drafts")).isEmptyDirectory();
    }

    @Test
    void ownersAreKeptByRoot() throws Exception {
        assumeTrue(isRoot(), "needs root, because nobody else may give files away");
        mainWith("dir/file", "x");
        Path tree = storage().directory(MAIN);
        Files.createSymbolicLink(tree.resolve("link"), Path.of("dir"));
        List<String> names = List.of("", "dir", "dir/file", "link");
        for (String name : names) {
            Files.setAttribute(tree.resolve(name), "unix:uid", 1234, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(tree.resolve(name), "unix:gid", 2345, LinkOption.NOFOLLOW_LINKS);
        }
        snapshot(MAIN, V1);
        clone(V1, CLONE);
        for (Path copy : List.of(storage().directory(V1), storage().directory(CLONE))) {
            for (String name : names) {
                assertThat(Files.readAttributes(copy.resolve(name), "unix:uid,gid", LinkOption.NOFOLLOW_LINKS))
                        .containsEntry("uid", 1234)
                        .containsEntry("gid", 2345);
            }
        }
    }

    @Test
    void hardLinksInsideStayOneFile() throws Exception {
        mainWith("dir/file", "x");
        Path tree = storage().directory(MAIN);
        Files.createLink(tree.resolve("second"), tree.resolve("dir/file"));
        Files.createLink(tree.resolve("dir/third"), tree.resolve("dir/file"));
        snapshot(MAIN, V1);
        Path copy = storage().directory(V1);
        assertThat(Files.getAttribute(copy.resolve("dir/file"), "unix:nlink")).isEqualTo(3);
        assertThat(Files.isSameFile(copy.resolve("second"), copy.resolve("dir/third")))
                .isTrue();
        assertThat(Files.isSameFile(copy.resolve("second"), tree.resolve("second")))
                .isFalse();
    }

    @Test
    void linksOutOfTheTreeAreNotFollowed() throws Exception {
        mainWith("file", "x");
        Path outside = Files.createDirectory(place().resolveSibling("outside"));
        TreeText.write(outside, "precious", "x");
        Path tree = storage().directory(MAIN);
        Files.createSymbolicLink(tree.resolve("link"), outside);
        snapshot(MAIN, V1);
        clone(V1, CLONE);
        assertThat(storage().directory(CLONE).resolve("link")).isSymbolicLink();
        storage().destroy(CLONE);
        storage().destroy(V1);
        storage().destroy(MAIN);
        assertThat(TreeText.read(outside)).isEqualTo(Map.of("precious", "x"));
    }

    @Test
    void socketsAndPipesAreLeftOutOfACopyOfFiles() throws Exception {
        assumeFalse(isSubvolume(), "a copy of a subvolume holds everything");
        mainWith("file", "x");
        Path tree = storage().directory(MAIN);
        assertThat(new ProcessBuilder("mkfifo", tree.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();
        Path socket = tree.resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            if (socket.toString().length() < LONGEST_SOCKET_PATH) {
                server.bind(UnixDomainSocketAddress.of(socket));
            }
            snapshot(MAIN, V1);
        }
        Path copy = storage().directory(V1);
        assertThat(copy.resolve("file")).exists();
        assertThat(copy.resolve("pipe")).doesNotExist();
        assertThat(copy.resolve("s")).doesNotExist();
    }

    @Test
    void aLiveTreeIsCopiedWhileFilesComeGoAndChange() throws Exception {
        mainWith("kept/file", "x");
        Path tree = storage().directory(MAIN);
        for (int i = 0; i < 100; i++) {
            TreeText.write(tree, "kept/f" + i, "x".repeat(i * 100));
        }
        AtomicBoolean stop = new AtomicBoolean();
        Thread writer = new Thread(() -> {
            for (int i = 0; !stop.get(); i++) {
                TreeText.write(tree, "come/and/go" + i % 50, "y".repeat(i % 5000)); // renamed over
                TreeText.write(tree, "replaced", "z");
                if (i % 50 == 49) {
                    try {
                        OpenDirectory.deleteTree(tree.resolve("come"));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            }
        });
        TreeText.write(tree, "replaced", "z");
        writer.start();
        try {
            for (int i = 0; i < 10; i++) {
                SnapshotId snapshot = new SnapshotId("s" + i);
                snapshot(MAIN, snapshot);
                Map<String, String> copied = TreeText.read(storage().directory(snapshot));
                assertThat(copied).containsEntry("replaced", "z").containsEntry("kept/f7", "x".repeat(700));
            }
        } finally {
            stop.set(true);
            writer.join();
        }
    }

    @Test
    void itSaysHowItCopies() {
        DirectoryStorage storage = (DirectoryStorage) storage();
        assertThat(storage.copyMethod()).isEqualTo(method());
        assertThat(storage).asString().contains(method().name());
        assertThat(storage.features())
                .isEqualTo(
                        isSubvolume()
                                ? Set.of(StorageFeature.ATOMIC_SNAPSHOT, StorageFeature.CONSTANT_TIME_CLONE)
                                : Set.of());
    }

    // ---- crashes

    @Test
    void whatAPowerCutInTheMiddleOfAVerbLeavesIsRemoved() throws Exception {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        for (String claim : List.of("volumes.half", "snapshots.half", "volumes.nothing-yet", "volumes.main")) {
            TreeText.write(place(), "drafts/" + claim, "");
        }
        TreeText.write(place(), "volumes/half/dir/file", "half");
        TreeText.write(place(), "snapshots/half/dir/file", "half");
        // destroying had begun, and the document knows it no more
        TreeText.write(place(), "drafts/snapshots.v1", "");
        file().change(document -> document.without(V1));

        Storage again = open();
        VolumeId half = new VolumeId("half");
        assertThat(again.foreign()).isEmpty();
        assertThat(again.list().snapshots()).isEmpty();
        assertThat(again.drafts()).containsExactly(new StoredDraft(half, true));
        assertThatThrownBy(() -> Trees.create(again, half, Map.of())).isInstanceOf(AlreadyExistsException.class);
        TreeText.write(place(), "drafts/volumes.half", "");
        again.recover(volume -> false);
        assertThat(again.drafts()).as("one that may not go").hasSize(1);
        again.recover(volume -> true);
        assertThat(place().resolve("drafts")).isEmptyDirectory();
        assertThat(place().resolve("snapshots")).isEmptyDirectory();
        assertThat(place().resolve("volumes")).isDirectoryNotContaining("glob:**half");
        Trees.create(again, half, Map.of());
        assertThat(TreeText.read(again.directory(MAIN))).isEqualTo(Map.of("file", "x"));
    }

    private DocumentFile file() throws IOException {
        Place place = new Place(place());
        return new DocumentFile(place, FileMutex.of(place.lock()));
    }

    @Test
    void makingADraftAndThrowingItAwayWritesNothingDurable() throws Exception {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        byte[] before = Files.readAllBytes(new Place(place()).document());
        FileTime time = Files.getLastModifiedTime(new Place(place()).document());
        try (Draft draft = storage().clone(V1, CLONE, CopyProgress.NONE)) {
            assertThat(draft.directory().resolve("file")).hasContent("x");
        }
        assertThat(new Place(place()).document()).hasBinaryContent(before);
        assertThat(Files.getLastModifiedTime(new Place(place()).document())).isEqualTo(time);
        assertThat(place().resolve("drafts")).isEmptyDirectory();
    }

    @Test
    void everyAcknowledgedVerbSurvivesSigkillAndNothingHalfMadeIsLeft() throws Exception {
        mainWith("file", "x");
        Path place = place();
        for (int round = 0; round < kills(); round++) {
            long seed = ThreadLocalRandom.current().nextLong();
            String prefix = "r" + round + "-";
            List<String> told;
            try (ChildJvm child = worker(seed, prefix, 100_000)) {
                told = new ArrayList<>(
                        child.lines(10 + ThreadLocalRandom.current().nextInt(200)));
                LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(20_000_000));
                child.kill();
                told.addAll(child.rest());
            }
            Storage again = open();
            again.recover(volume -> true);
            checkKilled(again, seed, prefix, told);
            Place layout = new Place(place);
            assertThat(layout.scan()).allMatch(found -> found.id().isPresent());
            assertThat(layout.drafts().names()).isEmpty();
            assertThat(again.foreign()).isEmpty();
            assertThat(layout.scan())
                    .hasSize(again.list().volumes().size()
                            + again.list().snapshots().size());
            for (StoredSnapshot snapshot : again.list().snapshots()) {
                again.destroy(snapshot.id());
            }
            for (StoredVolume volume : again.list().volumes()) {
                if (!volume.id().equals(MAIN)) {
                    again.destroy(volume.id());
                }
            }
            again.close();
        }
    }

    private ChildJvm worker(long seed, String prefix, int steps) throws IOException {
        return new ChildJvm(
                List.of(),
                StorageWorker.class,
                place().toString(),
                method().name(),
                String.valueOf(seed),
                prefix,
                String.valueOf(steps));
    }

    /** What was done is there; the one step that was begun and not done is there wholly or not at all. */
    private static void checkKilled(Storage storage, long seed, String prefix, List<String> told) {
        StorageWalk walk = new StorageWalk(seed, prefix);
        long done = told.stream()
                .filter(line -> line.startsWith(StorageWorker.DONE))
                .count();
        long begun = told.stream()
                .filter(line -> line.startsWith(StorageWorker.BEGUN))
                .count();
        assertThat(begun).as("what the process wrote: %s", told).isPositive().isBetween(done, done + 1);
        for (long i = 0; i < done; i++) {
            walk.next().onModel().run();
        }
        Map<String, String> found = walk.found(storage);
        if (begun > done && !found.equals(walk.expected())) {
            StorageWalk.Step step = walk.next();
            step.onModel().run();
            assertThat(found)
                    .as("after %s was cut off, seed %s", step.text(), seed)
                    .isEqualTo(walk.expected());
        } else {
            assertThat(found).as("seed %s", seed).isEqualTo(walk.expected());
        }
    }

    @Test
    void twoProcessesWorkAtOnce() throws Exception {
        mainWith("file", "x");
        long seed = ThreadLocalRandom.current().nextLong();
        int steps = 80;
        StorageWalk mine = new StorageWalk(seed + 1, "mine-");
        try (ChildJvm child = worker(seed, "theirs-", steps)) {
            assertThat(child.lines(1)).isNotEmpty();
            mine.take(storage(), steps);
            List<String> rest = child.rest();
            assertThat(child.exitCode()).as("%s", rest).isZero();
        }
        StorageWalk theirs = new StorageWalk(seed, "theirs-");
        for (int i = 0; i < steps; i++) {
            theirs.next().onModel().run();
        }
        mine.check(storage());
        theirs.check(storage());
        assertThat(new Place(place()).drafts().names()).isEmpty();
        assertThat(storage().foreign()).isEmpty();
    }
}
