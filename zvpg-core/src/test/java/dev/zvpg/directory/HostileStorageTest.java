package dev.zvpg.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Effort;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.Attacker;
import dev.zvpg.internal.io.HostileTree;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.Subprocess;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.Trees;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What root does with volumes while another user changes them under its hands. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class HostileStorageTest {

    private static final int RACES = 50;
    private static final int TREES = 300;
    private static final int ENTRIES = 300;

    private Path directory = Path.of("/nowhere");

    /** Where to make directories. */
    Path fileSystem() {
        return Path.of(System.getProperty("java.io.tmpdir"));
    }

    CopyMethod method() {
        return CopyMethod.COPY;
    }

    /** How many hostile trees. */
    int trees() {
        return Effort.of(TREES / 6, TREES);
    }

    @BeforeEach
    void makeDirectory() throws IOException {
        directory = Files.createTempDirectory(fileSystem(), "zvpg-hostile-").toRealPath();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterEach
    void removeDirectory() throws IOException {
        OpenDirectory.deleteTree(directory);
    }

    private Storage open() {
        return DirectoryStorage.at(directory.resolve("storage"), method()).open();
    }

    @Test
    void rootReadsNothingThroughALinkThatTakesThePlaceOfADirectory() throws Exception {
        try (Attacker attacker = new Attacker();
                Storage storage = open()) {
            Path outside = HostileTree.outside(directory);
            VolumeId main = new VolumeId("main");
            Trees.create(storage, main, Map.of());
            Path base = Files.createDirectories(storage.directory(main).resolve("data/base"));
            Path first = Files.createDirectory(base.resolve("z"));
            for (int i = 0; i < ENTRIES; i++) {
                Files.writeString(first.resolve("f" + i), "x");
            }
            for (int i = 0; i < 20; i++) {
                Files.writeString(Files.createDirectory(base.resolve("d" + i)).resolve("secret"), "no secret");
            }
            Attacker.give(storage.directory(main).resolve("data"));
            Map<String, String> before = Attacker.audit(outside);
            attacker.attack(1, base, outside);
            for (int i = 0; i < RACES; i++) {
                SnapshotId image = new SnapshotId("s" + i);
                VolumeId clone = new VolumeId("c" + i);
                if (makes(storage, main, image, clone)) {
                    assertThat(Attacker.holding(storage.directory(image), HostileTree.CANARY))
                            .isEmpty();
                    storage.destroy(clone);
                    storage.destroy(image);
                }
            }
            attacker.rest();
            assertThat(Attacker.audit(outside)).isEqualTo(before);
        }
    }

    @Test
    void rootRemovesNothingThroughALinkThatTakesThePlaceOfADirectory() throws Exception {
        try (Attacker attacker = new Attacker();
                Storage storage = open()) {
            Path outside = HostileTree.outside(directory);
            Map<String, String> before = Attacker.audit(outside);
            for (int i = 0; i < RACES; i++) {
                VolumeId volume = new VolumeId("v" + i);
                Trees.create(storage, volume, Map.of());
                Path slots = Files.createDirectories(storage.directory(volume).resolve("data/pg_replslot"));
                for (int j = 0; j < ENTRIES; j++) {
                    Files.createDirectory(slots.resolve("a" + j));
                }
                for (String name : Set.of("secret", "1", "1259")) {
                    Files.createFile(slots.resolve(name));
                }
                Attacker.give(storage.directory(volume).resolve("data"));
                attacker.attack(i, storage.directory(volume).resolve("data"), outside);
                storage.destroy(volume);
                attacker.rest();
                assertThat(Attacker.audit(outside)).isEqualTo(before);
            }
            storage.recover(any -> true); // what the other user kept making
            assertThat(directory.resolve("storage/volumes")).isEmptyDirectory();
        }
    }

    @Test
    void hostileTreesLeadNowhere() throws Exception {
        long seed = System.nanoTime();
        try (Attacker attacker = new Attacker();
                Storage storage = open()) {
            Path outside = HostileTree.outside(directory);
            Map<String, String> before = Attacker.audit(outside);
            int made = 0;
            for (int i = 0; i < trees(); i++) {
                made += hostile(attacker, storage, seed + i, outside) ? 1 : 0;
                assertThat(Attacker.audit(outside)).as("seed %d", seed + i).isEqualTo(before);
            }
            assertThat(made).as("copies made, from seed %d on", seed).isGreaterThan(trees() / 3);
            storage.recover(any -> true);
            assertThat(directory.resolve("storage/volumes")).isEmptyDirectory();
            assertThat(directory.resolve("storage/snapshots")).isEmptyDirectory();
            assertThat(directory.resolve("storage/drafts")).isEmptyDirectory();
        }
    }

    private boolean hostile(Attacker attacker, Storage storage, long seed, Path outside) throws Exception {
        VolumeId volume = new VolumeId("volume");
        Trees.create(storage, volume, Map.of());
        Path data = Files.createDirectory(storage.directory(volume).resolve("data"));
        SnapshotId image = new SnapshotId("image");
        VolumeId clone = new VolumeId("clone");
        boolean made;
        try (HostileTree tree = new HostileTree(seed, data, outside)) {
            attacker.attack(seed, data, outside);
            made = makes(storage, volume, image, clone);
            if (made) {
                assertThat(Attacker.holding(storage.directory(image), HostileTree.CANARY))
                        .as("seed %d", seed)
                        .isEmpty();
                assertThat(tree.hasMounts()).as("seed %d", seed).isFalse();
                attacker.rest();
                attacker.attack(seed, storage.directory(clone).resolve("data"), outside);
                storage.destroy(clone);
                attacker.rest();
                attacker.attack(seed, data, outside);
                storage.destroy(image);
            }
            storage.destroy(volume);
            attacker.rest();
        }
        storage.recover(any -> true);
        return made;
    }

    /** Whether the copies were made; when not, the reason has its type. */
    private static boolean makes(Storage storage, VolumeId volume, SnapshotId image, VolumeId clone) {
        try {
            storage.snapshot(volume, image, Map.of(), CopyProgress.NONE);
        } catch (ZvpgException refused) {
            return false;
        }
        Trees.clone(storage, image, clone, Map.of());
        return true;
    }

    @Test
    void nothingIsReadOrRemovedWhereSomethingIsMounted() throws Exception {
        try (Attacker unused = new Attacker();
                Storage storage = open()) {
            Path outside = HostileTree.outside(directory);
            Map<String, String> before = Attacker.audit(outside);
            VolumeId main = new VolumeId("main");
            Trees.create(storage, main, Map.of());
            Path here = Files.createDirectories(storage.directory(main).resolve("data/pg_wal"));
            mount("--bind", outside.toString(), here.toString());
            try {
                assertThatThrownBy(() -> storage.snapshot(main, new SnapshotId("v1"), Map.of(), CopyProgress.NONE))
                        .isInstanceOf(ZvpgException.class)
                        .hasMessageContaining(here.toString())
                        .hasMessageContaining("unmount");
                storage.destroy(main);
                assertThat(Attacker.audit(outside)).isEqualTo(before);
            } finally {
                Subprocess.run(directory, java.util.List.of("umount", here.toString()));
            }
            storage.recover(any -> true);
            assertThat(directory.resolve("storage/volumes")).isEmptyDirectory();
        }
    }

    private void mount(String... arguments) throws IOException {
        Subprocess mounted = Subprocess.run(
                directory,
                Stream.concat(Stream.of("mount"), Stream.of(arguments)).toList());
        org.junit.jupiter.api.Assumptions.assumeTrue(mounted.ok(), () -> "needs to mount: " + mounted.lines());
    }

    @Test
    void nobodyElseReadsWhichTreesThereAre() throws Exception {
        try (Storage storage = open()) {
            Trees.create(storage, new VolumeId("main"), Map.of("secret", "x"));
            storage.snapshot(new VolumeId("main"), new SnapshotId("v1"), Map.of(), CopyProgress.NONE);
            Trees.clone(storage, new SnapshotId("v1"), new VolumeId("c"), Map.of());
            try (Stream<Path> files = Files.list(directory.resolve("storage"))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".json")).toList()) {
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------");
                }
            }
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(directory.resolve("storage/snapshots"))))
                    .isEqualTo("rwx------");
        }
    }
}
