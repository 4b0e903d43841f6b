package dev.zvpg.postgres.cluster;

import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.server.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/**
 * Tablespaces of an adopted cluster. They are in a directory of the data directory, and where PostgreSQL looks for them
 * there is a relative link, which leads there from every copy too. Not in the place of the link itself: there
 * PostgreSQL wants to see a link when it recovers.
 */
public final class Tablespaces {

    public static final String DIRECTORY = "zvpg_tablespaces";

    /** Where PostgreSQL looks for them. */
    public static final String LINKS = "pg_tblspc";

    private Tablespaces() {}

    /** Where they are; each is named by its number. */
    public static Path in(Path dataDirectory) {
        return dataDirectory.resolve(DIRECTORY);
    }

    /** What the link to one says. */
    static Path target(String oid) {
        return Path.of("..", DIRECTORY, oid);
    }

    /** Makes the link to one, instead of the one that may be there. */
    public static void link(ServerUser user, Path dataDirectory, String oid) throws IOException {
        // made where nobody else writes, and moved: so nothing that stands in for a directory is followed
        Path name = Path.of(dataDirectory.getFileName() + ".link");
        Path link = dataDirectory.resolveSibling(name);
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, target(oid));
        user.own(link);
        moveInto(link, dataDirectory, Path.of(LINKS), Path.of(oid));
    }

    /** Makes the directory that they are in. */
    public static void make(ServerUser user, Path dataDirectory) throws IOException {
        Path made = dataDirectory.resolveSibling(dataDirectory.getFileName() + ".new");
        Files.createDirectory(made, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        user.own(made);
        moveInto(made, dataDirectory, Path.of("."), Path.of(DIRECTORY));
    }

    /** Moves one that was copied elsewhere to its place. */
    public static void place(Path copied, Path dataDirectory) throws IOException {
        moveInto(copied, dataDirectory, Path.of(DIRECTORY), copied.getFileName());
    }

    private static void moveInto(Path from, Path dataDirectory, Path directory, Path name) throws IOException {
        try (OpenDirectory above = OpenDirectory.open(from.resolveSibling(""));
                OpenDirectory to = OpenDirectory.open(dataDirectory, directory)) {
            above.moveTo(to, from.getFileName(), name);
        }
    }

    /**
     * What a server needs that has tablespaces in place: a directory where there is a link otherwise, which a
     * developer's option allows. Without the option it makes none; with one there, it does not even recover.
     */
    public static Map<String, String> settings(Path dataDirectory) throws IOException {
        boolean inPlace = OpenDirectory.list(dataDirectory.resolve(LINKS)).stream()
                .anyMatch(entry -> Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS));
        return inPlace ? Map.of("allow_in_place_tablespaces", "on") : Map.of();
    }

    public static Finding found(String oid, String where) {
        return new Finding("tablespace " + oid + " of the original, in " + where, "copied into the data directory");
    }
}
