package dev.zvpg.directory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.diff.Changes;
import dev.zvpg.internal.io.FileReads;
import dev.zvpg.internal.io.Subprocess;
import dev.zvpg.internal.io.TreeComparison;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.Trees;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A volume on btrfs and an image of it, which btrfs compares. */
abstract class ComparedOnBtrfs {

    /** Each class has one of its own, because classes run side by side. */
    abstract Path fileSystem();

    static final int PAGE = TreeComparison.PAGE;
    static final VolumeId MAIN = new VolumeId("main");
    static final SnapshotId V1 = new SnapshotId("v1");

    DirectoryGround ground;
    Place place;
    Storage storage;
    Path tree;
    Path image;

    @BeforeEach
    void makeAVolume() throws Exception {
        ground = new DirectoryGround(fileSystem(), CopyMethod.SUBVOLUME);
        place = new Place(ground.place());
        storage = ground.open();
        Trees.create(storage, MAIN, Map.of());
        tree = storage.directory(MAIN);
        Files.createDirectories(tree.resolve("base/1/inner"));
        Files.createDirectories(tree.resolve("base/2"));
        for (String name : List.of("top", "base/1/a", "base/1/b", "base/1/inner/c", "base/2/d", "base/2/e")) {
            Files.write(tree.resolve(name), random(new Random(name.hashCode()), 20 * PAGE + 100));
        }
        Files.createFile(tree.resolve("empty"));
        Files.createFile(tree.resolve("base/2/empty"));
        Files.writeString(tree.resolve("small"), "small");
        storage.snapshot(MAIN, V1, Map.of(), CopyProgress.NONE);
        image = storage.directory(V1);
    }

    @AfterEach
    void nothingIsLeftBehind() throws Exception {
        try (Storage opened = storage;
                DirectoryGround made = ground) {
            opened.recover(volume -> true);
            assertNothingIsLeft();
            assertThat(made.place()).exists();
        }
    }

    void assertNothingIsLeft() throws IOException {
        assertThat(place.drafts().directory()).isEmptyDirectory();
        if (Files.exists(place.comparisons())) {
            assertThat(place.comparisons()).isEmptyDirectory();
        }
        assertThat(storage.foreign()).isEmpty();
    }

    static byte[] random(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Writes at random, and each byte another one than there was: of single ones, one in 256 would be the same. */
    void write(String name, long offset, int length) throws IOException {
        try (FileChannel channel =
                FileChannel.open(tree.resolve(name), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            byte[] bytes = random(new Random(), length);
            ByteBuffer before = FileReads.fill(channel, offset, ByteBuffer.allocate(length));
            for (int i = 0; i < before.limit(); i++) {
                bytes[i] = (byte) (bytes[i] == before.get(i) ? bytes[i] + 1 : bytes[i]);
            }
            channel.write(ByteBuffer.wrap(bytes), offset);
        }
    }

    void run(String... command) throws IOException {
        Subprocess result = Subprocess.run(tree, List.of(command));
        assertThat(result.ok()).as("%s: %s", List.of(command), result.lines()).isTrue();
    }

    /** By the kernel alone. */
    Optional<Changes> sent(String program) throws IOException {
        return new Comparing(place, Copier.at(place, Optional.of(CopyMethod.SUBVOLUME)), program).changes(image, tree);
    }
}
