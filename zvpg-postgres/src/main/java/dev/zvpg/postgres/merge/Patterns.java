package dev.zvpg.postgres.merge;

import dev.zvpg.merge.MergeOptions;
import dev.zvpg.postgres.run.LiveServer;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/** Looks whether what options are for is there: an answer to a conflict that nothing can have is a slip of the pen. */
final class Patterns {

    private static final String NAMES = """
            SELECT unnest(ARRAY[format('%%I.%%I', n.nspname, c.relname)%s])
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
            """;

    private static final String COLUMNS =
            ", format('%I.%I', n.nspname, c.relname) || '.' || a.attname, '*.' || a.attname";

    private Patterns() {}

    static void check(LiveServer server, MergeOptions options) throws SQLException {
        check(
                server,
                options.resolvers().keySet(),
                NAMES.formatted(COLUMNS),
                "no table or column is called %s; write schema.table.column, *.column, schema.table or *, as PostgreSQL "
                        + "writes them");
        check(
                server,
                options.renumbered(),
                NAMES.formatted(""),
                "no table is called %s, and none can be renumbered; write schema.table or *, as PostgreSQL writes them");
    }

    private static void check(LiveServer server, Set<String> patterns, String names, String message)
            throws SQLException {
        Set<String> unknown = new TreeSet<>(patterns);
        unknown.remove(MergeOptions.EVERYTHING);
        for (String database : unknown.isEmpty()
                ? Set.<String>of()
                : Set.copyOf(server.databases().values())) {
            try (Connection connection = server.connect(database, Sessions.BRIEF)) {
                new HashSet<>(Sessions.column(connection, names)).forEach(unknown::remove);
            }
        }
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(message.formatted(String.join(", ", unknown)));
        }
    }
}
