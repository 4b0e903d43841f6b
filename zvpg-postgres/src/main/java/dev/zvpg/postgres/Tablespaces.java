package dev.zvpg.postgres;

import dev.zvpg.server.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tablespaces of an adopted cluster. They are in a directory of the data directory, and where PostgreSQL looks for them there
 * is a relative link, which leads there from every copy too. Not in the place of the link itself: there PostgreSQL wants to
 * see a link when it recovers.
 */
final class Tablespaces {

    private static final String DIRECTORY = "zvpg_tablespaces";
    private static final String LINKS = "pg_tblspc";

    private Tablespaces() {}

    /** Where they are; each is named by its number. */
    static Path in(Path dataDirectory) {
        return dataDirectory.resolve(DIRECTORY);
    }

    /** Makes the link to one, instead of the one that may be there. */
    static void link(Path dataDirectory, String oid) throws IOException {
        Path link = dataDirectory.resolve(LINKS).resolve(oid);
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, Path.of("..", DIRECTORY, oid));
    }

    static Finding found(String oid, String where) {
        return new Finding("tablespace " + oid + " of the original, in " + where, "copied into the data directory");
    }
}
