package dev.zvpg.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zvpg.diff.Changes;
import dev.zvpg.diff.Changes.Part;
import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.internal.io.Subprocess;
import dev.zvpg.internal.io.TreeComparison;
import dev.zvpg.storage.ChildJvm;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StorageWork;
import dev.zvpg.storage.Trees;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What btrfs itself finds, against what reading finds. */
class ComparingTest {

    @RegisterExtension
    static final LoopMount MOUNT = LoopMount.btrfs();

    private static final int PAGE = TreeComparison.PAGE;
    private static final VolumeId MAIN = new VolumeId("main");
    private static final SnapshotId V1 = new SnapshotId("v1");
    private static final String PATH = System.getenv("PATH");

    private DirectoryGround ground;
    private Place place;
    private Storage storage;
    private Path tree;
    private Path image;

    @BeforeEach
    void makeAVolume() throws Exception {
        ground = new DirectoryGround(MOUNT.root(), CopyMethod.SUBVOLUME);
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

    private void assertNothingIsLeft() throws IOException {
        assertThat(place.drafts().directory()).isEmptyDirectory();
        if (Files.exists(place.comparisons())) {
            assertThat(place.comparisons()).isEmptyDirectory();
        }
        assertThat(storage.foreign()).isEmpty();
    }

    private static byte[] random(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private void write(String name, long offset, int length) throws IOException {
        try (FileChannel channel = FileChannel.open(tree.resolve(name), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(random(new Random(), length)), offset);
        }
    }

    private void run(String... command) throws IOException {
        Subprocess result = Subprocess.run(tree, List.of(command));
        assertThat(result.ok()).as("%s: %s", List.of(command), result.lines()).isTrue();
    }

    /** By the kernel alone. */
    private Optional<Changes> sent(String program) throws IOException {
        return new Comparing(place, Copier.at(place, Optional.of(CopyMethod.SUBVOLUME)), program).changes(image, tree);
    }

    private Changes sent() throws IOException {
        Changes sent = sent("btrfs").orElseThrow();
        assertNothingIsLeft();
        Changes read = read();
        assertThat(sent.covers(read)).as("%s covers %s", sent, read).isTrue();
        return sent;
    }

    private Changes read() throws IOException {
        Map<Path, List<Part>> files = new HashMap<>();
        TreeComparison.of(
                image,
                tree,
                (file, offset, length) ->
                        files.computeIfAbsent(file, any -> new ArrayList<>()).add(new Part(offset, length)));
        return new Changes(files);
    }

    // ---- what is found

    @Test
    void pagesThatWereWrittenAreFoundAndNoOthers() throws Exception {
        assertThat(sent()).isEqualTo(Changes.NONE);
        write("base/1/a", 3 * PAGE + 5, 10);
        write("base/1/a", 7 * PAGE, 2 * PAGE);
        write("base/2/d", 20 * PAGE, 100);
        assertThat(sent().files())
                .isEqualTo(Map.of(
                        Path.of("base/1/a"), List.of(new Part(3L * PAGE, PAGE), new Part(7L * PAGE, 2L * PAGE)),
                        Path.of("base/2/d"), List.of(new Part(20L * PAGE, 100))));
        assertThat(storage.changes(V1, MAIN)).isEqualTo(sent());
    }

    @Test
    void whatIsLongerOrShorterIsFoundFromThereOn() throws Exception {
        run("truncate", "-s", String.valueOf(5 * PAGE), "base/1/a");
        run("truncate", "-s", String.valueOf(30 * PAGE), "base/1/b");
        write("base/2/d", 20 * PAGE + 100, 3 * PAGE);
        run("truncate", "-s", "1", "empty");
        Map<Path, List<Part>> files = sent().files();
        assertThat(files.get(Path.of("base/1/a"))).containsExactly(new Part(5L * PAGE, 15L * PAGE + 100));
        assertThat(files.get(Path.of("base/1/b"))).containsExactly(new Part(20L * PAGE, 10L * PAGE));
        assertThat(files.get(Path.of("base/2/d"))).containsExactly(new Part(20L * PAGE, 3L * PAGE + 100));
        assertThat(files)
                .containsEntry(Path.of("empty"), List.of(new Part(0, 1)))
                .hasSize(4);
    }

    @Test
    void aHoleIsFoundWhereThereWereBytes() throws Exception {
        run("truncate", "-s", String.valueOf(5 * PAGE), "base/1/a");
        run("truncate", "-s", String.valueOf(20 * PAGE + 100), "base/1/a");
        run("fallocate", "-p", "-o", String.valueOf(2 * PAGE), "-l", String.valueOf(PAGE), "base/1/b");
        run("fallocate", "-z", "-o", String.valueOf(4 * PAGE), "-l", String.valueOf(PAGE), "base/1/b");
        run("fallocate", "-p", "-o", "0", "-l", String.valueOf(30 * PAGE), "base/2/d");
        run("fallocate", "-l", String.valueOf(40 * PAGE), "-n", "base/2/e");
        Map<Path, List<Part>> files = sent().files();
        assertThat(files.get(Path.of("base/1/a"))).contains(new Part(5L * PAGE, 15L * PAGE + 100));
        assertThat(files.get(Path.of("base/1/b"))).contains(new Part(2L * PAGE, PAGE), new Part(4L * PAGE, PAGE));
        assertThat(files.get(Path.of("base/2/d"))).containsExactly(new Part(0, 20L * PAGE + 100));
    }

    @Test
    void whatIsRenamedIsFoundUnderBothNames() throws Exception {
        Files.move(tree.resolve("base/1"), tree.resolve("moved"));
        Files.move(tree.resolve("moved/a"), tree.resolve("base/a"));
        Files.createDirectory(tree.resolve("base/1"));
        Files.writeString(tree.resolve("base/1/b"), "another");
        write("moved/inner/c", 0, 1);
        Files.move(tree.resolve("base/2/d"), tree.resolve("base/2/x"));
        Files.move(tree.resolve("base/2/e"), tree.resolve("base/2/d"));
        Files.move(tree.resolve("base/2/x"), tree.resolve("base/2/e"));
        Files.move(tree.resolve("empty"), tree.resolve("void"));
        Part whole = new Part(0, 20L * PAGE + 100);
        assertThat(sent().files())
                .containsOnlyKeys(Stream.of(
                                "base/1/a base/1/b base/1/inner/c moved/b moved/inner/c base/a base/2/d base/2/e empty void"
                                        .split(" "))
                        .map(Path::of)
                        .toArray(Path[]::new))
                .containsEntry(Path.of("base/1/b"), List.of(whole))
                .containsEntry(Path.of("base/2/d"), List.of(whole))
                .containsEntry(Path.of("void"), List.of(new Part(0, 0)));
    }

    @Test
    void whatIsReplacedOrSharedIsFoundAsAWhole() throws Exception {
        run("cp", "--reflink=always", "base/1/a", "copy");
        run("cp", "--reflink=always", "base/1/a", "base/1/b.next");
        Files.delete(tree.resolve("base/1/b"));
        Files.move(tree.resolve("base/1/b.next"), tree.resolve("base/1/b"));
        Files.delete(tree.resolve("base/2/d"));
        Files.createDirectory(tree.resolve("base/2/d"));
        Files.writeString(tree.resolve("base/2/d/within"), "x");
        Files.delete(tree.resolve("small"));
        Files.createSymbolicLink(tree.resolve("small"), Path.of("top"));
        Part whole = new Part(0, 20L * PAGE + 100);
        assertThat(sent().files())
                .isEqualTo(Map.of(
                        Path.of("copy"), List.of(whole),
                        Path.of("base/1/b"), List.of(whole),
                        Path.of("base/2/d"), List.of(whole),
                        Path.of("base/2/d/within"), List.of(new Part(0, 1)),
                        Path.of("small"), List.of(new Part(0, 5))));
    }

    @Test
    void namesThatAreNotPlainTextAreFoundToo() throws Exception {
        for (String name : List.of("with space", "new\nline", "-dash", "o257-7-0", "a\\b")) {
            Files.writeString(tree.resolve(name), name);
        }
        sent();
        run("sh", "-c", "printf x > \"$(printf 'odd\\377\\200')\"");
        sent("btrfs").ifPresent(sent -> assertThat(sent.files()).hasSize(6)); // where Java has no such name
        assertNothingIsLeft();
        run("sh", "-c", "rm odd*");
    }

    @Test
    void neverLessIsFoundThanByReading() throws Exception {
        long seed = Long.getLong("zvpg.seed", System.nanoTime());
        System.out.println("comparing: -Dzvpg.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 15; round++) {
            for (int i = 0; i < 4; i++) {
                edit(random);
            }
            sent();
        }
    }

    private void edit(Random random) throws IOException {
        List<Path> all = all();
        Path one = all.get(random.nextInt(all.size()));
        Path to = all.get(random.nextInt(all.size())).resolveSibling("n" + random.nextInt(20));
        boolean isFile = Files.isRegularFile(one, LinkOption.NOFOLLOW_LINKS);
        String name = tree.relativize(one).toString();
        String offset = String.valueOf(random.nextInt(10 * PAGE));
        String length = String.valueOf(1 + random.nextInt(10 * PAGE));
        switch (random.nextInt(9)) {
            case 0, 1 -> {
                if (!Files.exists(to) && !to.startsWith(one)) {
                    Files.move(one, to);
                }
            }
            case 2 -> {
                if (!Files.exists(to)) {
                    Files.createDirectories(to);
                }
            }
            case 3 -> {
                if (isFile && all.size() > 8) {
                    Files.delete(one);
                }
            }
            case 4 -> Files.write(one.resolveSibling("f" + random.nextInt(20)), random(random, 3000));
            case 5 -> {
                if (isFile) {
                    run("truncate", "-s", offset, name);
                }
            }
            case 6 -> {
                if (isFile) {
                    run("fallocate", random.nextBoolean() ? "-p" : "-z", "-o", offset, "-l", length, name);
                }
            }
            default -> {
                if (isFile) {
                    write(name, random.nextInt(10 * PAGE), 1 + random.nextInt(2 * PAGE));
                }
            }
        }
    }

    private List<Path> all() throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            return all.filter(path -> !path.equals(tree)).sorted().toList();
        }
    }

    // ---- where it does not work

    @Test
    void aFileOfSeveralNamesIsRead() throws Exception {
        Files.createLink(tree.resolve("another"), tree.resolve("top"));
        write("another", 0, 1);
        assertThat(sent("btrfs")).isEmpty();
        assertNothingIsLeft();
        assertThat(storage.changes(V1, MAIN).files()).containsKeys(Path.of("top"), Path.of("another"));
    }

    @Test
    void aVolumeWithAnotherSubvolumeWithinIsRead() throws Exception {
        Subvolumes.create(tree.resolve("base/inner"));
        Files.writeString(tree.resolve("base/inner/file"), "x");
        assertThat(sent("btrfs")).isEmpty();
        assertThat(storage.changes(V1, MAIN).files()).containsOnlyKeys(Path.of("base/inner/file"));
    }

    @Test
    void aPlainDirectoryIsRead() throws Exception {
        VolumeId plain = new VolumeId("plain");
        try (Storage sharing =
                DirectoryStorage.at(ground.place(), CopyMethod.REFLINK).open()) {
            Trees.clone(sharing, V1, plain, Map.of());
        }
        tree = storage.directory(plain);
        write("top", 0, 1);
        assertThat(sent("btrfs")).isEmpty();
        assertThat(storage.changes(V1, plain).files()).containsOnlyKeys(Path.of("top"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "echo Operation not permitted; exit 1",
                "kill -9 $$",
                "true",
                "btrfs \"$@\" | head -c 100",
                "btrfs \"$@\"; echo more",
                "printf 'btrfs-stream\\0\\003\\0\\0\\0'; btrfs \"$@\" | tail -c +18",
            })
    void aSenderThatFailsLeavesNothing(String script) throws Exception {
        write("top", 0, 1);
        assertThat(sent(program("sender", script).toString())).isEmpty();
        assertNothingIsLeft();
        assertThat(sent(program("sender", "exec btrfs \"$@\"").toString())).isPresent();
    }

    @Test
    void withoutASenderNothingIsFoundAndNothingLeft() throws Exception {
        assertThat(sent("zvpg-no-such-program")).isEmpty();
        assertNothingIsLeft();
    }

    @Test
    void whoIsInterruptedIsToldSoAndLeavesNothing() throws Exception {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> storage.changes(V1, MAIN)).isInstanceOf(OperationInterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertNothingIsLeft();
    }

    private Path program(String name, String script) throws IOException {
        Path bin = Files.createDirectories(ground.place().resolveSibling("bin"));
        Path program = Files.writeString(bin.resolve(name), "#!/bin/sh\nPATH='" + PATH + "'\n" + script + "\n");
        return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void whatTheKilledHaveLeftIsNotForeignAndIsRemoved() throws Exception {
        Path sending = ground.place().resolveSibling("sending");
        Path slow = program("btrfs", """
                [ "$1" = send ] || exec btrfs "$@"
                : > '%s'
                while kill -0 $PPID; do sleep 0.05; done 2> /dev/null
                """.formatted(sending));
        List<String> wrapper = List.of("env", "PATH=" + slow.getParent() + ":" + PATH);
        try (ChildJvm child = ground.start(wrapper, StorageWork.changes(V1, MAIN))) {
            long deadline = System.nanoTime() + 60_000_000_000L;
            while (!Files.exists(sending)) {
                assertThat(System.nanoTime()).isLessThan(deadline);
                Thread.sleep(10);
            }
            storage.recover(volume -> true);
            assertThat(pairs()).as("those of the living").hasSize(1);
            child.kill();
        }
        assertThat(storage.foreign()).isEmpty();
        assertThat(storage.drafts()).isEmpty();
        Path pair = pairs().get(0);
        assertThat(pair.resolve("image/top")).exists();
        assertThat(pair.resolve("volume/top")).exists();
        assertThat(sent("btrfs")).isPresent();
        assertThat(pairs()).containsExactly(pair);

        storage.recover(volume -> true);
        assertNothingIsLeft();
    }

    @Test
    void pairsThatAPowerCutBringsBackWithoutTheirClaimAreRemoved() throws Exception {
        Path pair = Files.createDirectories(place.comparisons().resolve("pair"));
        Subvolumes.protectedSnapshot(tree, pair.resolve("volume"));
        Files.createDirectory(pair.resolve("image"));
        Files.createFile(place.drafts().directory().resolve(Place.comparisonClaim("nothing-yet")));
        assertThat(storage.foreign()).isEmpty();
        storage.recover(volume -> true);
        assertNothingIsLeft();
    }

    @Test
    void whatIsWriteProtectedGoesAlsoWithoutTheRightToDeleteSubvolumes() throws Exception {
        List<String> unprivileged = List.of("setpriv", "--bounding-set", "-sys_admin");
        List<String> trial = new ArrayList<>(unprivileged);
        trial.add("true");
        assumeTrue(Subprocess.run(tree, trial).ok(), "needs setpriv (util-linux)");
        Path pair = Files.createDirectories(place.comparisons().resolve("pair"));
        Subvolumes.protectedSnapshot(image, pair.resolve("image"));
        Subvolumes.protectedSnapshot(tree, pair.resolve("volume"));
        try (ChildJvm child = ground.start(unprivileged, StorageWork.recover(V1, MAIN))) {
            List<String> told = child.rest();
            assertThat(child.exitCode()).as("%s", told).isZero();
        }
        assertNothingIsLeft();
    }

    private List<Path> pairs() throws IOException {
        try (Stream<Path> pairs = Files.list(place.comparisons())) {
            return pairs.toList();
        }
    }
}
