package dev.zvpg.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Writes and reads small trees as maps from relative path to contents. Thread-safe. */
public final class TreeText {

    /** What a directory holds, as far as {@link #read} tells. */
    public static final String DIRECTORY = "<directory>";

    private static final String BEING_WRITTEN = ".part";

    private TreeText() {}

    /**
     * Writes a file and what directories it needs; a reader sees all of it or nothing.
     *
     * @param tree the root
     * @param file the path below it
     * @param contents what to write
     */
    public static void write(Path tree, String file, String contents) {
        try {
            Path path = tree.resolve(file);
            Path part = tree.resolve(file + BEING_WRITTEN);
            Path parent = path.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.writeString(part, contents);
            Files.move(part, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a tree.
     *
     * @param tree the root
     * @return every file's contents; a directory's is {@code <directory>}, a link's where it leads
     */
    public static Map<String, String> read(Path tree) {
        try (Stream<Path> paths = Files.walk(tree)) {
            Map<String, String> found = new TreeMap<>();
            for (Path path : (Iterable<Path>) paths::iterator) {
                String name = tree.relativize(path).toString();
                if (!name.isEmpty() && !name.endsWith(BEING_WRITTEN)) {
                    found.put(name, contents(path));
                }
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String contents(Path path) throws IOException {
        if (Files.isSymbolicLink(path)) {
            return "-> " + Files.readSymbolicLink(path);
        }
        return Files.isDirectory(path) ? DIRECTORY : Files.readString(path, StandardCharsets.UTF_8);
    }
}
