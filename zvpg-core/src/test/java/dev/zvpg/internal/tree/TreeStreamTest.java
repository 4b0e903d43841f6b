package dev.zvpg.internal.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.storage.CopyProgress;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is received is what was sent, and no more is sent than has changed. */
class TreeStreamTest {

    private static final int PAGE = 8192;
    private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2025-01-01T00:00:00Z"));

    @TempDir
    Path directory;

    private Path base;
    private Path tree;
    private Path received;

    @BeforeEach
    void makeTrees() throws IOException {
        base = Files.createDirectory(directory.resolve("base"));
        tree = Files.createDirectory(directory.resolve("tree"));
        received = Files.createDirectory(directory.resolve("received"));
    }

    private byte[] sent(Optional<Path> from, Optional<Instant> trusted) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TreeSender.send(tree, from, trusted, out, CopyProgress.NONE);
        return out.toByteArray();
    }

    private void receive(byte[] stream) throws IOException {
        TreeReceiver.receive(
                received, new ByteArrayInputStream(stream), TreeSender.size(tree), CopyProgress.NONE, t -> {});
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Path target = to.resolve(from.relativize(path));
                if (!path.equals(from)) {
                    Files.copy(path, target, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
                }
            }
        }
    }

    private void assertReceived() throws IOException {
        assertThat(TreeDigest.of(received)).isEqualTo(TreeDigest.of(tree));
        try (Stream<Path> all = Files.walk(tree)) {
            all.filter(path -> !path.equals(tree) && !Files.isSymbolicLink(path))
                    .forEach(path -> assertThat(modified(received.resolve(tree.relativize(path))))
                            .as(path.toString())
                            .isEqualTo(modified(path)));
        }
    }

    private static FileTime modified(Path path) {
        try {
            return Files.getLastModifiedTime(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] random(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private void fill(Path top, Random random) throws IOException {
        Files.createDirectories(top.resolve("data/base/5"));
        Files.createDirectory(top.resolve("data/empty"));
        for (int i = 0; i < 8; i++) {
            Files.write(top.resolve("data/base/5/" + i), random(random, random.nextInt(60 * PAGE)));
        }
        Files.createFile(top.resolve("data/nothing"));
        Files.createSymbolicLink(top.resolve("data/link"), Path.of("base", "5"));
        Files.createSymbolicLink(top.resolve("data/base/5/up"), Path.of("..", "..", "empty"));
    }

    @Test
    void aTreeArrivesWholeWithoutABase() throws IOException {
        fill(tree, new Random(1));
        receive(sent(Optional.empty(), Optional.empty()));
        assertReceived();
        assertThat(received.resolve("data/link")).isSymbolicLink();
    }

    @Test
    void aTreeThatLacksAFileThatItWasSaidToHaveIsRefused() throws IOException {
        fill(tree, new Random(1));
        long whole = TreeSender.size(tree);
        Files.delete(tree.resolve("data/base/5/3"));
        byte[] stream = sent(Optional.empty(), Optional.empty());
        assertThatThrownBy(() -> TreeReceiver.receive(
                        received, new ByteArrayInputStream(stream), whole, CopyProgress.NONE, t -> {}))
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining("does not end as it should");
    }

    @Test
    void onlyBlocksThatDifferAreSent() throws IOException {
        Random random = new Random(2);
        Files.write(base.resolve("table"), random(random, 1000 * PAGE));
        copy(base, tree);
        copy(base, received);
        try (FileChannel file = FileChannel.open(tree.resolve("table"), StandardOpenOption.WRITE)) {
            for (int page = 3; page < 1000; page += 25) {
                file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), (long) page * PAGE + 77);
            }
        }
        byte[] stream = sent(Optional.of(base), Optional.empty());
        assertThat(stream.length).isBetween(40 * PAGE, (int) (1.05 * 40 * PAGE));
        receive(stream);
        assertReceived();
    }

    @Test
    void aFileOfTheSameSizeAndTimeIsTakenForTheSameOnlyWhereItsTimeIsOldEnough() throws IOException {
        Files.write(base.resolve("table"), new byte[] {1});
        Files.write(tree.resolve("table"), new byte[] {2});
        for (Path top : List.of(base, tree)) {
            Files.setLastModifiedTime(top.resolve("table"), LONG_AGO);
        }
        copy(base, received);
        receive(sent(Optional.of(base), Optional.of(LONG_AGO.toInstant().plusNanos(1))));
        assertThat(received.resolve("table")).hasBinaryContent(new byte[] {1}); // as it was told to believe
        receive(sent(Optional.of(base), Optional.of(LONG_AGO.toInstant())));
        assertReceived();
    }

    @Test
    void aBaseThatIsAnotherOneIsNoticed() throws IOException {
        Files.write(base.resolve("table"), new byte[] {1});
        Files.setLastModifiedTime(base.resolve("table"), LONG_AGO);
        copy(base, tree);
        Files.write(received.resolve("table"), new byte[] {1, 2});
        byte[] stream = sent(Optional.of(base), Optional.of(Instant.now()));
        assertThatThrownBy(() -> receive(stream))
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining("should be the base's");
    }

    @Test
    void whatTheBaseHasUnderAnotherKindOrNoMoreIsReplacedOrRemoved() throws IOException {
        Files.createDirectories(base.resolve("was-directory/inner"));
        Files.writeString(base.resolve("was-file"), "x");
        Files.writeString(base.resolve("gone"), "x");
        Files.createSymbolicLink(base.resolve("was-link"), Path.of("gone"));
        Files.createLink(base.resolve("other-name"), base.resolve("gone"));
        copy(base, received);
        Files.createLink(received.resolve("third-name"), received.resolve("other-name"));
        Files.writeString(tree.resolve("was-directory"), "y");
        Files.createDirectory(tree.resolve("was-file"));
        Files.writeString(tree.resolve("was-link"), "z");
        Files.writeString(tree.resolve("other-name"), "changed");
        receive(sent(Optional.of(base), Optional.empty()));
        assertReceived();
    }

    @Test
    void whatOthersMayDoIsNotTaken() throws IOException {
        Files.writeString(tree.resolve("file"), "x");
        Files.setPosixFilePermissions(tree.resolve("file"), PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.createDirectory(tree.resolve("directory"));
        Files.setPosixFilePermissions(tree.resolve("directory"), PosixFilePermissions.fromString("rwxrwxrwx"));
        receive(sent(Optional.empty(), Optional.empty()));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(received.resolve("file"))))
                .isEqualTo("rw-r-----");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(received.resolve("directory"))))
                .isEqualTo("rwxr-x---");
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18})
    void anyChangesArrive(long seed) throws IOException {
        Random random = new Random(seed);
        fill(base, random);
        copy(base, tree);
        copy(base, received);
        for (int i = 0; i < 30; i++) {
            edit(random);
        }
        receive(sent(Optional.of(base), Optional.of(LONG_AGO.toInstant())));
        assertReceived();
    }

    private void edit(Random random) throws IOException {
        Path file = tree.resolve("data/base/5/" + random.nextInt(12));
        switch (random.nextInt(5)) {
            case 0 -> Files.deleteIfExists(file);
            case 1 -> Files.write(file, random(random, random.nextInt(5 * PAGE)));
            default -> {
                byte[] bytes = Files.exists(file) ? Files.readAllBytes(file) : new byte[1];
                byte[] changed = Arrays.copyOf(bytes, Math.max(0, bytes.length + random.nextInt(3 * PAGE) - PAGE));
                if (changed.length > 0) {
                    changed[random.nextInt(changed.length)]++;
                }
                Files.write(file, changed);
            }
        }
    }
}
