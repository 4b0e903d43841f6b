package dev.zvpg.postgres.unchanged;

import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.cluster.Tablespaces;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.run.Sessions;
import dev.zvpg.server.Finding;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Finds unlogged tables and sequences, which a recovery empties, and with it the first start of a running server's
 * image.
 */
public final class Unlogged {

    /** Each has a file that it begins anew from. */
    private static final Pattern INITIAL = Pattern.compile("\\d+_init");

    /** A directory that has a number. */
    private static final Pattern DATABASE = Pattern.compile("\\d+");

    /** Where databases are, and how many directories lie between: the tablespace, and the version of its catalog. */
    private static final Map<Path, Integer> PLACES =
            Map.of(Path.of("base"), 0, Path.of(Tablespaces.DIRECTORY), 2, Path.of(Tablespaces.LINKS), 2);

    private static final String NAME = """
            SELECT datname FROM pg_catalog.pg_database WHERE oid = %s::pg_catalog.oid AND datallowconn
            """;

    private static final String RELATIONS = """
            SELECT pg_catalog.format('%I.%I'::pg_catalog.text, n.nspname, c.relname)
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relpersistence = 'u'::pg_catalog."char"
              AND c.relkind IN ('r'::pg_catalog."char", 'S'::pg_catalog."char")
            ORDER BY 1
            """;

    private static final String EMPTY = "empty in copies of this snapshot, because the server was running; "
            + "make them LOGGED, or stop the server before the snapshot, to have their rows";

    private Unlogged() {}

    static boolean isAny(Path dataDirectory) {
        return !databases(dataDirectory).isEmpty();
    }

    /** What a running server's image does not have of it. */
    public static List<Finding> findings(Path dataDirectory, Sessions sessions) throws SQLException {
        List<Finding> findings = new ArrayList<>();
        for (String database : databases(dataDirectory)) {
            findings.add(new Finding("unlogged in " + described(database, sessions), EMPTY));
        }
        return findings;
    }

    private static Set<String> databases(Path dataDirectory) {
        Set<String> found = new TreeSet<>();
        try (OpenDirectory top = OpenDirectory.openTrusted(dataDirectory)) {
            for (Map.Entry<Path, Integer> place : PLACES.entrySet()) {
                addFrom(top, place.getKey(), place.getValue(), found);
            }
            return found;
        } catch (IOException e) {
            throw Failures.of("cannot look into " + dataDirectory, e);
        }
    }

    private static void addFrom(OpenDirectory parent, Path name, int between, Set<String> found) throws IOException {
        Optional<OpenDirectory> there = parent.directoryIfThere(name); // or it was dropped in this moment
        if (there.isEmpty()) {
            return;
        }
        try (OpenDirectory directory = there.get()) {
            for (Path one : directory.names()) {
                if (between > 0) {
                    addFrom(directory, one, between - 1, found);
                } else if (DATABASE.matcher(one.toString()).matches() && has(directory, one)) {
                    found.add(one.toString());
                }
            }
        }
    }

    private static boolean has(OpenDirectory databases, Path database) throws IOException {
        Optional<OpenDirectory> there = databases.directoryIfThere(database);
        if (there.isEmpty()) {
            return false;
        }
        try (OpenDirectory relations = there.get()) {
            return relations.names().stream()
                    .anyMatch(name -> INITIAL.matcher(name.toString()).matches());
        }
    }

    private static String described(String oid, Sessions sessions) throws SQLException {
        List<String> names;
        try (Connection connection = sessions.open("postgres")) {
            names = Sessions.column(connection, NAME.formatted(oid));
        }
        if (names.isEmpty()) {
            return "the database with the oid " + oid;
        }
        try (Connection connection = sessions.open(names.get(0))) {
            return "database " + names.get(0) + ": " + String.join(", ", Sessions.column(connection, RELATIONS));
        }
    }
}
