package dev.zvpg.directory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.diff.Changes;
import dev.zvpg.diff.Changes.Part;
import dev.zvpg.internal.io.TreeComparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What btrfs itself finds, against what reading finds. */
class ComparingTest extends ComparedOnBtrfs {

    @RegisterExtension
    static final LoopMount MOUNT = LoopMount.btrfs();

    @Override
    Path fileSystem() {
        return MOUNT.root();
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
}
