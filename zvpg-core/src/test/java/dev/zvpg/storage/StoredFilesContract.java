package dev.zvpg.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What every storage promises of files: what an image keeps of them, and what grows from it. */
public abstract class StoredFilesContract extends SideBySideContract {

    @Test
    void everyUserMayEnterTheTopOfANewVolumeAndNobodyElseMayList() throws Exception {
        Trees.create(storage, MAIN, Map.of());
        assertThat(Files.getPosixFilePermissions(storage.directory(MAIN)))
                .isEqualTo(PosixFilePermissions.fromString("rwx--x--x"));
    }

    @Test
    void directoriesAndLinksAreKeptAsTheyAre() throws Exception {
        Trees.create(storage, MAIN, Map.of());
        Path tree = storage.directory(MAIN);
        TreeText.write(tree, "base/1/\u00fcml\u00e4ut 'quoted'", "x");
        Files.createDirectories(tree.resolve("empty/deeper"));
        Files.createSymbolicLink(tree.resolve("inside"), tree.getFileSystem().getPath("base"));
        Files.createSymbolicLink(tree.resolve("dangling"), tree.getFileSystem().getPath("nowhere"));
        Map<String, String> before = TreeText.read(tree);

        snapshot(MAIN, V1);
        clone(V1, CLONE);

        assertThat(TreeText.read(storage.directory(V1))).isEqualTo(before);
        assertThat(TreeText.read(storage.directory(CLONE))).isEqualTo(before);
    }

    private List<Path> imageAndClone() {
        snapshot(MAIN, V1);
        clone(V1, CLONE);
        return List.of(storage.directory(V1), storage.directory(CLONE));
    }

    @Test
    void modesAndTimesAreKept() throws Exception {
        mainWith("dir/file", "x");
        Path tree = storage.directory(MAIN);
        FileTime time = FileTime.from(Instant.parse("2001-02-03T04:05:06Z"));
        for (String mode : List.of("rw-------", "r--------", "rwxr-x--x", "rw-rw-rw-")) {
            TreeText.write(tree, mode, mode);
            Files.setPosixFilePermissions(tree.resolve(mode), PosixFilePermissions.fromString(mode));
            Files.setLastModifiedTime(tree.resolve(mode), time);
        }
        Files.setPosixFilePermissions(tree.resolve("dir"), PosixFilePermissions.fromString("r-xr-x---"));
        Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("rwxr-x---"));
        Files.setLastModifiedTime(tree.resolve("dir"), time);
        Files.setLastModifiedTime(tree, time);

        for (Path copy : imageAndClone()) {
            try (Stream<Path> files = Files.walk(tree)) {
                assertThat(files).allSatisfy(file -> {
                    Path same = copy.resolve(tree.relativize(file).toString());
                    assertThat(Files.getPosixFilePermissions(same)).isEqualTo(Files.getPosixFilePermissions(file));
                    assertThat(Files.getLastModifiedTime(same)).isEqualTo(Files.getLastModifiedTime(file));
                });
            }
        }
        destroyEverything(); // in spite of the directory that cannot be written
    }

    @Test
    void ownersAreKeptWhereTheyCanBeSet() throws Exception {
        mainWith("dir/file", "x");
        Path tree = storage.directory(MAIN);
        Files.createSymbolicLink(tree.resolve("link"), tree.getFileSystem().getPath("dir"));
        UserPrincipalLookupService users = tree.getFileSystem().getUserPrincipalLookupService();
        UserPrincipal user = users.lookupPrincipalByName("1234");
        GroupPrincipal group = users.lookupPrincipalByGroupName("2345");
        List<String> names = List.of("", "dir", "dir/file", "link");
        try {
            for (String name : names) {
                view(tree.resolve(name)).setOwner(user);
                view(tree.resolve(name)).setGroup(group);
            }
        } catch (FileSystemException e) {
            assumeTrue(false, "needs root, because nobody else may give files away: " + e);
        }
        for (Path copy : imageAndClone()) {
            for (String name : names) {
                PosixFileAttributes found = view(copy.resolve(name)).readAttributes();
                assertThat(found.owner()).as(name).isEqualTo(user);
                assertThat(found.group()).as(name).isEqualTo(group);
            }
        }
    }

    private static PosixFileAttributeView view(Path file) {
        return Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    @Test
    void hardLinksInsideStayOneFile() throws Exception {
        mainWith("dir/file", "x");
        Path tree = storage.directory(MAIN);
        Files.createLink(tree.resolve("second"), tree.resolve("dir/file"));
        Files.createLink(tree.resolve("dir/third"), tree.resolve("dir/file"));
        for (Path copy : imageAndClone()) {
            assertThat(Files.getAttribute(copy.resolve("dir/file"), "unix:nlink"))
                    .isEqualTo(3);
            assertThat(Files.isSameFile(copy.resolve("second"), copy.resolve("dir/third")))
                    .isTrue();
            assertThat(Files.isSameFile(copy.resolve("second"), tree.resolve("second")))
                    .isFalse();
        }
        Files.writeString(storage.directory(CLONE).resolve("second"), "both");
        assertThat(storage.directory(CLONE).resolve("dir/third")).hasContent("both");
    }

    @Test
    void linksOutOfTheTreeAreNotFollowed() throws Exception {
        VolumeId other = new VolumeId("other");
        Trees.create(storage, other, Map.of());
        Path outside = storage.directory(other);
        TreeText.write(outside, "precious", "x");
        mainWith("file", "x");
        Files.createSymbolicLink(storage.directory(MAIN).resolve("link"), outside);
        for (Path copy : imageAndClone()) {
            assertThat(copy.resolve("link")).isSymbolicLink();
            assertThat(Files.readSymbolicLink(copy.resolve("link"))).isEqualTo(outside);
        }
        storage.destroy(CLONE);
        storage.destroy(V1);
        storage.destroy(MAIN);
        assertThat(TreeText.read(outside)).isEqualTo(Map.of("precious", "x"));
    }

    @Test
    void whoeverAsksFirstManyFindAnImageAtOnce() throws Exception {
        mainWith("file", "x");
        ExecutorService workers = Executors.newFixedThreadPool(8);
        try {
            for (int i = 0; i < 5; i++) {
                SnapshotId snapshot = new SnapshotId("s" + i);
                snapshot(MAIN, snapshot);
                List<Callable<Path>> asked = Collections.nCopies(8, () -> storage.directory(snapshot));
                for (Future<Path> found : workers.invokeAll(asked)) {
                    assertThat(found.get().resolve("file")).hasContent("x");
                }
            }
        } finally {
            workers.shutdown();
        }
    }

    @Test
    void aLiveTreeIsCopiedWhileFilesComeGoAndChange() throws Exception {
        mainWith("kept/file", "x");
        Path tree = storage.directory(MAIN);
        for (int i = 0; i < 100; i++) {
            TreeText.write(tree, "kept/f" + i, "x".repeat(i * 100));
        }
        AtomicBoolean stop = new AtomicBoolean();
        Thread writer = new Thread(() -> {
            for (int i = 0; !stop.get(); i++) {
                TreeText.write(tree, "come/and/go" + i % 50, "y".repeat(i % 5000)); // renamed over
                TreeText.write(tree, "replaced", "z");
                if (i % 50 == 49) {
                    MemoryTrees.delete(tree.resolve("come"));
                }
            }
        });
        TreeText.write(tree, "replaced", "z");
        writer.start();
        try {
            for (int i = 0; i < 10; i++) {
                SnapshotId snapshot = new SnapshotId("s" + i);
                snapshot(MAIN, snapshot);
                Map<String, String> copied = TreeText.read(storage.directory(snapshot));
                assertThat(copied).containsEntry("replaced", "z").containsEntry("kept/f7", "x".repeat(700));
            }
            assertThat(writer).matches(Thread::isAlive);
        } finally {
            stop.set(true);
            writer.join();
        }
    }
}
