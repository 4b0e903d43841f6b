package dev.zvpg.postgres.report;

import dev.zvpg.internal.io.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Makes short names for long things. Confined to one thread. */
public final class Digest {

    private static final int READABLE = 40;

    private final MessageDigest sha = Sha256.begin();

    /** Creates one of nothing. */
    public Digest() {}

    /** Adds a text. */
    public Digest add(String text) {
        return add(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds bytes with their length before them, so that where one thing ends and the next begins counts too. */
    private Digest add(byte[] bytes) {
        sha.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
        sha.update(bytes);
        return this;
    }

    /** Adds a file's content, or the names and contents of all files below a directory. */
    public Digest addTree(Path root) {
        try {
            if (!Files.isDirectory(root)) {
                return add(Files.readAllBytes(root));
            }
            for (Path file : files(root)) {
                add(root.relativize(file).toString()).add(Files.readAllBytes(file));
            }
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a key of the content of " + root + ": " + e, e);
        }
    }

    private static List<Path> files(Path root) throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            return tree.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** Returns the first {@code bytes} bytes of the digest, in hexadecimal digits. Ends this. */
    public String hex(int bytes) {
        return HexFormat.of().formatHex(sha.digest(), 0, bytes);
    }

    /**
     * Makes of any text a name by git's rules for refs, readable at its beginning and different for different texts.
     */
    public static String name(String text) {
        String readable = text.replaceAll("[^A-Za-z0-9]+", "-").replaceAll("^-", "");
        String head = readable.substring(0, Math.min(READABLE, readable.length()));
        return (head.isEmpty() ? "key" : head.toLowerCase(Locale.ROOT)) + "-"
                + new Digest().add(text).hex(5);
    }
}
