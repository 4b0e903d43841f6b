package dev.zvpg.zfs.binding;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds the processes that keep a directory tree busy, as fuser(1) does: by their working directory, their root, their
 * program, their open files and those that they have mapped into memory.
 *
 * <p>Thread-safe.
 */
public final class FileUsers {

    private static final Path PROC = Path.of("/proc");
    private static final int MOST = 5;

    private FileUsers() {}

    /** A half sentence for a message: who uses it, at most {@value #MOST} of them. */
    public static String describe(Path tree) {
        List<String> users = of(tree);
        if (users.isEmpty()) {
            return "something uses it that this user cannot see; fuser -vm " + tree + " run as root says who";
        }
        String who = String.join(", ", users.subList(0, Math.min(MOST, users.size())));
        String more = users.size() > MOST ? " and " + (users.size() - MOST) + " more" : "";
        return "it is used by " + who + more + "; end " + (users.size() == 1 ? "it" : "them") + " first";
    }

    /** The processes, each as {@code NAME (process NUMBER)}; those of other users are seen by root only. */
    public static List<String> of(Path directory) {
        Path tree = Mounts.real(directory); // as /proc has it
        List<String> users = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                if (uses(process, tree)) {
                    users.add(name(process) + " (process " + process.getFileName() + ")");
                }
            }
        } catch (IOException e) {
            return List.of(); // without /proc nobody can be named
        }
        return users;
    }

    private static boolean uses(Path process, Path tree) {
        return Stream.of("cwd", "root", "exe").anyMatch(link -> pointsInto(process.resolve(link), tree))
                || opened(process, tree)
                || mapped(process, tree);
    }

    private static boolean opened(Path process, Path tree) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path file : files) {
                if (pointsInto(file, tree)) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return false; // the process is gone, or another user's
        }
    }

    /** A line of proc(5)'s {@code maps} ends with the file's name. */
    private static boolean mapped(Path process, Path tree) {
        try (Stream<String> maps = Files.lines(process.resolve("maps"), StandardCharsets.ISO_8859_1)) {
            // bytes as characters, because a name need not be in any encoding; and so the tree's name likewise
            String name = new String(tree.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
            return maps.anyMatch(line -> line.contains(" " + name + "/"));
        } catch (IOException | UncheckedIOException e) {
            return false; // the process is gone, or another user's
        }
    }

    private static boolean pointsInto(Path link, Path tree) {
        try {
            return Files.readSymbolicLink(link).startsWith(tree);
        } catch (IOException e) {
            return false;
        }
    }

    private static String name(Path process) {
        try {
            return Files.readString(process.resolve("comm")).strip();
        } catch (IOException e) {
            return "a process";
        }
    }
}
