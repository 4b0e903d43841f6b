package dev.zvpg.internal.io;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zvpg.Jvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A process of another user that changes trees while root works on them; see {@link TreeAttacker}. Confined to one
 * thread.
 */
public final class Attacker implements AutoCloseable {

    /** The user {@code nobody}. */
    public static final int UID = 65534;

    private final Path classes;
    private final Process process;
    private final BufferedReader answers;
    private final PrintStream orders;

    /** Starts it; skips the test where that cannot be. */
    public Attacker() throws IOException {
        assumeTrue(FileOwner.worksAsRoot(), "needs root, to work in the trees of another user");
        classes = Files.createTempDirectory("zvpg-attacker-");
        Files.setPosixFilePermissions(classes, PosixFilePermissions.fromString("rwxr-xr-x"));
        String name = TreeAttacker.class.getName();
        Path file = classes.resolve(name.replace('.', '/') + ".class");
        Files.createDirectories(Objects.requireNonNull(file.getParent(), "its package"));
        try (InputStream in = TreeAttacker.class.getResourceAsStream("TreeAttacker.class")) {
            Files.copy(Objects.requireNonNull(in, "it is loaded"), file);
        }
        ProcessBuilder builder = new ProcessBuilder(
                Jvm.wrapped(asOther(), Jvm.command(List.of(), classes.toString(), TreeAttacker.class)));
        process = builder.redirectError(ProcessBuilder.Redirect.INHERIT)
                .directory(classes.toFile())
                .start();
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    }

    /** A command that runs as that user. */
    public static List<String> asOther(String... command) {
        return Stream.concat(
                        Stream.of("setpriv", "--reuid=" + UID, "--regid=" + UID, "--clear-groups", "--"),
                        Stream.of(command))
                .toList();
    }

    /** Gives a tree to that user, links as they are. */
    public static void give(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.toList()) {
                Files.setAttribute(path, "unix:gid", UID, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(path, "unix:uid", UID, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    /** Begins to change a tree, instead of the one before. */
    public void attack(long seed, Path tree, Path outside) throws IOException {
        order(seed + " " + tree + " " + outside);
    }

    /** Leaves alone what it changed; returns when it does. */
    public void rest() throws IOException {
        order("");
    }

    private void order(String line) throws IOException {
        orders.println(line);
        if (!"begun".equals(answers.readLine())) {
            throw new IOException("the attacker has ended");
        }
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        answers.close();
        orders.close();
        OpenDirectory.deleteTree(classes);
    }

    /** What everything in a tree is, to see whether anything of it was changed. */
    public static Map<String, String> audit(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            Map<String, String> audit = new java.util.TreeMap<>();
            for (Path path : all.toList()) {
                Map<String, Object> facts =
                        Files.readAttributes(path, "unix:ino,uid,gid,mode,nlink,size,ctime", LinkOption.NOFOLLOW_LINKS);
                boolean file = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
                audit.put(
                        tree.relativize(path).toString(),
                        new java.util.TreeMap<>(facts) + (file ? Files.readString(path) : ""));
            }
            return audit;
        }
    }

    /** The files of a tree that hold a text. */
    public static List<Path> holding(Path tree, String text) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            return all.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) && holds(path, text))
                    .toList();
        }
    }

    private static boolean holds(Path file, String text) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1).contains(text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
