package dev.zvpg.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.error.PermissionException;
import dev.zvpg.error.StorageException;
import dev.zvpg.internal.io.FileMutex;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.io.TreeSync;
import dev.zvpg.storage.ChildJvm;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.TreeText;
import dev.zvpg.storage.Trees;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What {@link DirectoryStorage} says when the operating system refuses. */
class DirectoryStorageFailuresTest {

    private static final VolumeId MAIN = new VolumeId("main");
    private static final SnapshotId V1 = new SnapshotId("v1");

    private final DirectoryGround ground =
            new DirectoryGround(Path.of(System.getProperty("java.io.tmpdir")), CopyMethod.COPY);

    @AfterEach
    void removeEverything() {
        ground.close();
    }

    @Test
    void aFullDiskIsSaidNothingHalfMadeStaysAndDestroyingStillWorks() throws Exception {
        Path mountPoint = Files.createDirectory(ground.place().resolveSibling("small"));
        List<String> wrapper = SmallDisk.wrapper(mountPoint, 12);
        try (ChildJvm child = new ChildJvm(wrapper, FullDisk.class, mountPoint.toString())) {
            assertThat(child.rest()).containsExactly(FullDisk.FINE);
            assertThat(child.exitCode()).isZero();
        }
    }

    @Test
    void anUnreadableFileIsAMatterOfPermission() throws Exception {
        assumeTrue(!DirectoryStorageContract.isRoot(), "needs an ordinary user, because root may read everything");
        try (Storage storage = ground.open()) {
            Trees.create(storage, MAIN, Map.of());
            Path file = storage.directory(MAIN).resolve("secret");
            Files.writeString(file, "x");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
            assertThatThrownBy(() -> storage.snapshot(MAIN, V1, Map.of(), CopyProgress.NONE))
                    .isInstanceOf(PermissionException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("grant user " + System.getProperty("user.name"));
            assertThat(storage.list().snapshots()).isEmpty();
            assertThat(ground.place().resolve("snapshots")).isEmptyDirectory();
        }
    }

    @Test
    void aDirectoryThatMayNotBeWrittenIsAMatterOfPermission() throws Exception {
        assumeTrue(!DirectoryStorageContract.isRoot(), "needs an ordinary user, because root may write everywhere");
        Path closed = Files.createDirectory(ground.place().resolveSibling("closed"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
        assertThatThrownBy(() -> DirectoryStorage.at(closed.resolve("storage")).open())
                .isInstanceOf(PermissionException.class)
                .hasMessageContaining(closed.toString());
    }

    @Test
    void anInterruptedThreadStopsWaitingForTheLock() throws Exception {
        try (Storage storage = ground.open()) {
            Trees.create(storage, MAIN, Map.of());
            Place place = new Place(ground.place());
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            AtomicReference<Boolean> flag = new AtomicReference<>();
            CountDownLatch begun = new CountDownLatch(1);
            Thread waiting = new Thread(() -> {
                begun.countDown();
                try {
                    storage.destroy(MAIN);
                } catch (RuntimeException e) {
                    thrown.set(e);
                }
                flag.set(Thread.currentThread().isInterrupted());
            });
            FileMutex.of(place.lock()).hold(() -> {
                waiting.start();
                try {
                    begun.await();
                    waiting.interrupt();
                    waiting.join(); // while this thread still holds the lock
                } catch (InterruptedException e) {
                    throw new InterruptedIOException();
                }
                return place;
            });
            assertThat(thrown.get())
                    .isInstanceOf(OperationInterruptedException.class)
                    .hasMessageContaining("interrupted");
            assertThat(flag.get()).isTrue();
            assertThat(storage.list().volumes()).hasSize(1);
        }
    }

    @Test
    void sharedBlocksCanOnlyBeAskedForWhereTheyWork() throws Exception {
        Path here = ground.place().resolveSibling("another");
        CopyMethod works;
        try (DirectoryStorage storage =
                (DirectoryStorage) DirectoryStorage.at(here).open()) {
            works = storage.copyMethod();
        }
        if (works == CopyMethod.COPY) {
            assertThatThrownBy(
                            () -> DirectoryStorage.at(here, CopyMethod.REFLINK).open())
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("cannot share blocks");
        } else {
            DirectoryStorage.at(here, CopyMethod.REFLINK).open().close();
        }
        DirectoryStorage.at(here, CopyMethod.COPY).open().close();
        assertThat(here.resolve("storage.probe")).doesNotExist();
    }

    @Test
    void whatTheSystemSaysBecomesTheExceptionForIt() {
        Path place = ground.place().getRoot();
        assertThat(of(new AccessDeniedException("/x"), place)).isInstanceOf(PermissionException.class);
        assertThat(of(new FileSystemException("/x", null, "Operation not permitted"), place))
                .isInstanceOf(PermissionException.class)
                .hasMessageContaining("/x");
        assertThat(of(new IOException("No space left on device"), place)).isInstanceOf(OutOfSpaceException.class);
        assertThat(of(new FileSystemException("/x", null, "Disk quota exceeded"), place))
                .isInstanceOf(OutOfSpaceException.class);
        assertThat(of(new FileSystemException("/x", null, "Read-only file system"), place))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("Read-only");
        for (IOException interruption : List.of(new ClosedByInterruptException(), new InterruptedIOException())) {
            assertThat(of(interruption, place))
                    .isInstanceOf(OperationInterruptedException.class)
                    .hasMessageContaining("interrupted");
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    private static Exception of(IOException e, Path place) {
        return IoFailure.of("snapshot", "volume main", place, e);
    }

    @Test
    void syncingFileByFileWorksToo() throws Exception {
        try (Storage storage = ground.open()) {
            Trees.create(storage, MAIN, Map.of());
            TreeText.write(storage.directory(MAIN), "dir/file", "x");
            TreeSync.oneByOne(storage.directory(MAIN));
            assertThat(TreeText.read(storage.directory(MAIN))).containsEntry("dir/file", "x");
        }
    }
}
