package dev.zvpg.storage;

import dev.zvpg.diff.Changes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Trees of files that are edited as a database edits its own, and what a simple comparison finds in them. */
final class TreeEdits {

    private static final int PAGE = 8192;

    private TreeEdits() {}

    /** Some files of some pages, in two directories. */
    static void fill(Path tree, Random random) throws IOException {
        for (int i = 0; i < 6; i++) {
            Path directory = Files.createDirectories(tree.resolve(i % 2 == 0 ? "base" : "base/1"));
            write(directory.resolve("file" + i), random, random.nextInt(40 * PAGE));
        }
        Files.createFile(tree.resolve("empty"));
    }

    private static void write(Path file, Random random, int length) throws IOException {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        Files.write(file, bytes);
    }

    /** Changes something, in one of the ways that there are. */
    static void edit(Path tree, Random random) throws IOException {
        List<Path> files = files(tree);
        Path file = files.get(random.nextInt(files.size()));
        long size = Files.size(file);
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> overwrite(file, random, size);
            case 3 -> truncate(file, size == 0 ? 0 : random.nextLong(size));
            case 4 -> append(file, random);
            case 5 -> write(tree.resolve("base/new" + random.nextInt(100)), random, random.nextInt(3 * PAGE));
            case 6 -> replace(file, random);
            default -> move(tree, file, random);
        }
    }

    private static void overwrite(Path file, Random random, long size) throws IOException {
        if (size > 0) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                byte[] bytes = new byte[1 + random.nextInt(2 * PAGE)];
                random.nextBytes(bytes);
                long at = random.nextLong(size);
                channel.write(ByteBuffer.wrap(bytes, 0, (int) Math.min(bytes.length, size - at)), at);
            }
        }
    }

    private static void truncate(Path file, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        }
    }

    private static void append(Path file, Random random) throws IOException {
        byte[] bytes = new byte[random.nextInt(3 * PAGE)];
        random.nextBytes(bytes);
        Files.write(file, bytes, StandardOpenOption.APPEND);
    }

    /** A file that takes the place of another one, and perhaps has much of what that had. */
    private static void replace(Path file, Random random) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length > 0) {
            bytes[random.nextInt(bytes.length)]++;
        }
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.write(next, bytes);
        Files.delete(file);
        Files.move(next, file);
    }

    private static void move(Path tree, Path file, Random random) throws IOException {
        Path to = tree.resolve("base/moved" + random.nextInt(100));
        if (!Files.exists(to)) {
            Files.move(file, to);
        }
    }

    private static List<Path> files(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** Byte by byte, from whole files in memory. */
    static Changes differences(Path one, Path other) throws IOException {
        Map<Path, byte[]> left = read(one);
        Map<Path, byte[]> right = read(other);
        Map<Path, List<Changes.Part>> differences = new TreeMap<>();
        left.forEach((path, bytes) -> {
            byte[] theirs = right.get(path);
            differences.put(path, theirs == null ? whole(bytes) : parts(bytes, theirs));
        });
        right.forEach((path, bytes) -> {
            if (!left.containsKey(path)) {
                differences.put(path, whole(bytes));
            }
        });
        return new Changes(differences);
    }

    private static List<Changes.Part> whole(byte[] bytes) {
        return List.of(new Changes.Part(0, bytes.length));
    }

    private static List<Changes.Part> parts(byte[] mine, byte[] theirs) {
        List<Changes.Part> parts = new ArrayList<>();
        int both = Math.min(mine.length, theirs.length);
        for (int page = 0; page < both; page += PAGE) {
            int end = Math.min(page + PAGE, both);
            if (!Arrays.equals(mine, page, end, theirs, page, end)) {
                parts.add(new Changes.Part(page, end - page));
            }
        }
        if (mine.length != theirs.length) {
            parts.add(new Changes.Part(both, Math.max(mine.length, theirs.length) - both));
        }
        return parts;
    }

    private static Map<Path, byte[]> read(Path tree) throws IOException {
        Map<Path, byte[]> read = new TreeMap<>();
        for (Path file : files(tree)) {
            try {
                read.put(tree.relativize(file), Files.readAllBytes(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return read;
    }
}
