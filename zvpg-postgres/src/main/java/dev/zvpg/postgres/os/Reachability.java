package dev.zvpg.postgres.os;

import dev.zvpg.error.PermissionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/**
 * Whether the server's user gets to a file. Every directory above it must be searchable, and the first one that is not
 * has to be named, since PostgreSQL itself only says that it "could not access" the last one.
 */
public final class Reachability {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int SEARCH_OWNER = 0100;
    private static final int SEARCH_GROUP = 0010;
    private static final int SEARCH_OTHER = 0001;

    private Reachability() {}

    /**
     * Checks the directories above a path; the path itself need not exist.
     *
     * @throws PermissionException naming the highest directory that stops the user
     */
    public static void require(ServerUser user, Path path, String what) {
        if (!user.switched()) {
            return; // the JVM's own attempts will tell
        }
        Path absolute = path.toAbsolutePath().normalize();
        try {
            // a link on the way counts by where it leads
            for (Path directory : ancestors(absolute)) {
                if (!Files.isDirectory(directory)) {
                    return;
                }
                requireSearchable(user, directory.toRealPath(), absolute, what);
            }
        } catch (IOException e) {
            throw Failures.of("cannot check who may enter " + absolute, e);
        }
    }

    /** Whether the user may enter a directory and every one above it. */
    public static boolean reaches(ServerUser user, Path path) {
        try {
            require(user, path, "it");
            return true;
        } catch (PermissionException e) {
            return false;
        }
    }

    private static void requireSearchable(ServerUser user, Path real, Path path, String what) throws IOException {
        for (Path directory : ancestors(real.resolve("x"))) {
            // the mode bits are nearly always the whole truth; where they say no, an access control list may say yes
            if (!bitsAllowSearch(user, directory) && !probe(user, directory)) {
                throw new PermissionException(
                        "the user " + user.name()
                                + ", who runs PostgreSQL because this JVM is root, "
                                + "cannot reach " + what + " " + path + ": it may not enter " + directory,
                        "run chmod o+x " + directory + ", or use another place, or name another user with runAs(user)");
            }
        }
    }

    private static boolean bitsAllowSearch(ServerUser user, Path directory) throws IOException {
        Ownership owner = Ownership.of(directory);
        // the first class that fits decides, also when a later one would allow more
        if (user.uid() == owner.uid()) {
            return owner.allows(SEARCH_OWNER);
        }
        return owner.allows(user.groups().contains(owner.gid()) ? SEARCH_GROUP : SEARCH_OTHER);
    }

    private static boolean probe(ServerUser user, Path directory) throws IOException {
        return Program.run(user, TIMEOUT, Map.of(), "/bin/sh", "-c", "test -x \"$1\"", "sh", directory.toString())
                .ok();
    }

    private static Deque<Path> ancestors(Path path) {
        Deque<Path> result = new ArrayDeque<>();
        for (Path p = path.getParent(); p != null; p = p.getParent()) {
            result.addFirst(p);
        }
        return result;
    }
}
