package dev.zvpg.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zvpg.Effort;
import dev.zvpg.error.StorageException;
import dev.zvpg.internal.io.Subprocess;
import dev.zvpg.storage.ChildJvm;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.Draft;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StorageFeature;
import dev.zvpg.storage.StorageWalk;
import dev.zvpg.storage.StorageWork;
import dev.zvpg.storage.TreeText;
import dev.zvpg.storage.Trees;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Subvolumes on btrfs. */
class DirectoryStorageOnBtrfsTest extends DirectoryStorageContract {

    @RegisterExtension
    static final LoopMount MOUNT = LoopMount.btrfs();

    @Override
    Path fileSystem() {
        return MOUNT.root();
    }

    @Override
    protected int walkSteps() {
        return Effort.of(60, 80);
    }

    @Override
    protected int kills() {
        return Effort.of(2, 3);
    }

    @Override
    CopyMethod method() {
        return CopyMethod.SUBVOLUME;
    }

    // ---- what only subvolumes do

    @Test
    void anImageHoldsNothingWithoutWhatWasOnDiskBeforeItWasWritten() throws Exception {
        Trees.create(storage(), MAIN, Map.of());
        Path tree = storage().directory(MAIN);
        AtomicBoolean stop = new AtomicBoolean();
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Path log = Files.write(tree.resolve("log" + i), new byte[Long.BYTES]);
            Path data = Files.write(tree.resolve("data" + i), new byte[Long.BYTES]);
            writers.add(new Thread(() -> writeAhead(log, data, stop)));
        }
        writers.forEach(Thread::start);
        try {
            for (int round = 0; round < 25; round++) {
                SnapshotId image = new SnapshotId("image" + round);
                snapshot(MAIN, image);
                for (int i = 0; i < writers.size(); i++) {
                    long log = number(storage().directory(image).resolve("log" + i));
                    assertThat(number(storage().directory(image).resolve("data" + i)))
                            .isBetween(log - 1, log);
                    assertThat(writers.get(i)).matches(Thread::isAlive);
                }
            }
        } finally {
            stop.set(true);
            for (Thread writer : writers) {
                writer.join();
            }
        }
        assertThat(number(tree.resolve("data0"))).isPositive();
    }

    /**
     * The order that every database keeps: the log is on disk before the data is written, and the data before the log
     * goes on.
     */
    private static void writeAhead(Path log, Path data, AtomicBoolean stop) {
        try (FileChannel first = FileChannel.open(log, StandardOpenOption.WRITE);
                FileChannel second = FileChannel.open(data, StandardOpenOption.WRITE)) {
            for (long number = 1; !stop.get(); number++) {
                for (FileChannel file : List.of(first, second)) {
                    file.write(ByteBuffer.allocate(Long.BYTES).putLong(0, number), 0);
                    file.force(false);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long number(Path file) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(file)).getLong();
    }

    @Test
    void aVolumeThatIsAPlainDirectoryIsCopiedLikeOneUntilItIsGone() throws Exception {
        try (Storage sharing = DirectoryStorage.at(place(), CopyMethod.REFLINK).open()) {
            Trees.create(sharing, MAIN, Map.of());
            TreeText.write(sharing.directory(MAIN), "file", "x");
            sharing.snapshot(MAIN, V1, Map.of(), CopyProgress.NONE);
        }
        assertThatThrownBy(() -> snapshot(MAIN, new SnapshotId("v2"))) // this one has promised atomic snapshots already
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("open it again");
        try (DirectoryStorage again =
                (DirectoryStorage) DirectoryStorage.at(place()).open()) {
            assertThat(again.copyMethod()).isEqualTo(CopyMethod.SUBVOLUME);
            assertThat(again.features()).isEmpty();
            SnapshotId v2 = new SnapshotId("v2");
            copyAndComplete(again, MAIN, v2);
            Trees.clone(again, V1, CLONE, Map.of());
            SnapshotId v3 = new SnapshotId("v3");
            copyAndComplete(again, CLONE, v3);
            assertThat(TreeText.read(again.directory(v2))).isEqualTo(Map.of("file", "x", "label", "added"));
            assertThat(TreeText.read(again.directory(CLONE))).isEqualTo(Map.of("file", "x"));
            assertThat(TreeText.read(again.directory(v3))).isEqualTo(Map.of("file", "x", "label", "added"));
            assertThat(again.directory(CLONE)).matches(DirectoryStorageOnBtrfsTest::isSubvolume);
            assertThat(again.directory(v2)).matches(DirectoryStorageOnBtrfsTest::isSubvolume);
            assertThat(again.directory(v3)).matches(DirectoryStorageOnBtrfsTest::isSubvolume);
            again.destroy(MAIN);
            again.destroy(V1);
        }
        try (Storage again = DirectoryStorage.at(place()).open()) {
            assertThat(again.features()).contains(StorageFeature.ATOMIC_SNAPSHOT);
        }
    }

    private static void copyAndComplete(Storage storage, VolumeId volume, SnapshotId snapshot) {
        try (Draft image = storage.copy(volume, snapshot, CopyProgress.NONE)) {
            TreeText.write(image.directory(), "label", "added");
            image.publish(Map.of());
        }
    }

    private static boolean isSubvolume(Path tree) {
        try {
            return Subvolumes.is(tree);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void subvolumesAreCopiedAndRemovedByEveryMethod(CopyMethod another) {
        mainWith("dir/file", "x");
        snapshot(MAIN, V1);
        try (Storage other = DirectoryStorage.at(place(), another).open()) {
            Trees.clone(other, V1, CLONE, Map.of());
            assertThat(TreeText.read(other.directory(CLONE))).containsEntry("dir/file", "x");
            other.destroy(V1);
            other.destroy(MAIN);
            other.destroy(CLONE);
        }
        assertThat(place().resolve("volumes")).isEmptyDirectory();
        assertThat(place().resolve("drafts")).isEmptyDirectory();
        assertThat(place().resolve("snapshots")).isEmptyDirectory();
    }

    @Test
    void aSubvolumeWithinAVolumeGoesWithIt() throws Exception {
        mainWith("file", "x");
        Path inner = storage().directory(MAIN).resolve("inner");
        Subvolumes.create(inner);
        Files.writeString(inner.resolve("file"), "y");
        snapshot(MAIN, V1);
        assertThat(storage().directory(V1).resolve("inner")).isEmptyDirectory();
        storage().destroy(MAIN);
        storage().destroy(V1);
        assertThat(place().resolve("volumes")).isEmptyDirectory();
        assertThat(place().resolve("drafts")).isEmptyDirectory();
        assertThat(place().resolve("snapshots")).isEmptyDirectory();
    }

    @Test
    void whoMayNotDeleteSubvolumesRemovesTheirFiles() throws Exception {
        List<String> unprivileged = List.of("setpriv", "--bounding-set", "-sys_admin");
        List<String> trial = new ArrayList<>(unprivileged);
        trial.add("true");
        assumeTrue(Subprocess.run(fileSystem(), trial).ok(), "needs setpriv (util-linux)");
        mainWith("file", "x");
        snapshot(MAIN, V1);
        try (ChildJvm child = directoryGround().start(unprivileged, StorageWork.walk(1, "theirs-", 60))) {
            List<String> rest = child.rest();
            assertThat(child.exitCode()).as("%s", rest).isZero();
        }
        StorageWalk theirs = new StorageWalk(1, "theirs-");
        theirs.takeOnModel(60);
        theirs.check(storage());
        assertThat(new Place(place()).scan())
                .hasSize(storage().list().volumes().size()
                        + storage().list().snapshots().size());
    }

    @Test
    void whatStandsInTheWayOfATreeIsLeftAlone() throws Exception {
        Path tree = Files.createDirectory(place().resolve("taken"));
        Path source = place().resolve("source");
        Subvolumes.create(source);
        assertThatThrownBy(() -> Subvolumes.create(tree)).isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> Subvolumes.snapshot(source, tree)).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(tree).isEmptyDirectory();
    }
}
