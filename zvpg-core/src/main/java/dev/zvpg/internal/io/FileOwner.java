package dev.zvpg.internal.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;

/**
 * Whose something is and what may be done with it, in the operating system's numbers.
 *
 * <p>Immutable.
 *
 * @param mode the permissions, set-id and sticky bits
 * @param links how many names it has
 */
public record FileOwner(int uid, int gid, int mode, int links) {

    private static final int PERMISSIONS = 07777;
    private static final String WANTED = "unix:uid,gid,mode,nlink,dev,ino";

    private static final Path SELF = Path.of("/proc/self");
    private static final boolean ROOT = isRoot();

    private static boolean isRoot() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(SELF, "unix:uid"));
        } catch (IOException | UnsupportedOperationException e) {
            return "root".equals(System.getProperty("user.name"));
        }
    }

    /** Whose the files are that this process makes, {@code UID:GID}. */
    public static String ofThisProcess() {
        try {
            Map<String, Object> facts = Files.readAttributes(SELF, "unix:uid,gid"); // it is a link, which is root's
            return name(number(facts, "uid").intValue(), number(facts, "gid").intValue());
        } catch (IOException e) {
            throw IoFailure.of("find out who this process is", SELF, e);
        }
    }

    /** How a user is written: {@code UID:GID}. */
    public String name() {
        return name(uid, gid);
    }

    /** How one of these numbers is written. */
    public static String name(int uid, int gid) {
        return uid + ":" + gid;
    }

    /** Whether this process is root, and so may do in other users' trees what they might lead it to. */
    public static boolean worksAsRoot() {
        return ROOT;
    }

    /**
     * Whose something in a directory is. Java tells that only of a path, so a path is asked, and what it says counts if
     * it leads to that same file.
     *
     * @throws ChangedException when it does not
     */
    public static FileOwner of(OpenDirectory directory, Path name, FileFacts facts) throws IOException {
        return of(directory.path().resolve(name), facts.id());
    }

    /** Whose a directory is itself, in the same way. */
    public static FileOwner of(OpenDirectory directory) throws IOException {
        return of(directory.path(), directory.id());
    }

    private static FileOwner of(Path path, FileId expected) throws IOException {
        Found found = at(path);
        if (!found.id.equals(expected)) {
            throw new ChangedException(path, "it was exchanged for something else while it was looked at");
        }
        return found.owner;
    }

    /** What a path says, and of which file it says so. */
    private record Found(FileOwner owner, FileId id) {}

    private static Found at(Path path) throws IOException {
        Map<String, Object> facts = Files.readAttributes(path, WANTED, LinkOption.NOFOLLOW_LINKS);
        return new Found(
                new FileOwner(
                        number(facts, "uid").intValue(),
                        number(facts, "gid").intValue(),
                        number(facts, "mode").intValue() & PERMISSIONS,
                        number(facts, "nlink").intValue()),
                new FileId(
                        number(facts, "dev").longValue(), number(facts, "ino").longValue()));
    }

    private static Number number(Map<String, Object> facts, String name) throws IOException {
        if (facts.get(name) instanceof Number number) {
            return number;
        }
        throw new IOException("the file system does not tell the " + name + " of its files");
    }
}
