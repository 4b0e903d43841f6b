package dev.zvpg.postgres.merge;

import dev.zvpg.merge.MergeOptions;
import dev.zvpg.postgres.diff.Column;
import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/**
 * Gives rows that are new in the other branch keys of this branch's sequences, where their own are taken here by other rows,
 * and lets what refers to them by a foreign key follow. Holds the old and the new keys in memory. Confined to one thread.
 */
final class Renumbering {

    /** How many numbers are drawn at least where some that the sequence gave were taken. */
    private static final long LEAST_DRAWN = 100;

    /** The columns that refer to a table's key, by the name of the key's column there. */
    private static final String REFERENCES = """
            SELECT DISTINCT k.conrelid::int8 AS oid, coalesce(pg_partition_root(k.conrelid), k.conrelid)::int8 AS root,
                   a.attname
            FROM pg_constraint k
            CROSS JOIN unnest(k.conkey, k.confkey) AS pair(child, parent)
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.child
            JOIN pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = pair.parent
            WHERE k.contype = 'f' AND k.confrelid IN (%s) AND p.attname = %s
            """;

    private final Connection connection;
    private final List<Staged> tables;
    private final List<Renumbered> renumbered = new ArrayList<>();

    /**
     * A table whose new rows get other keys.
     *
     * @param sequence what gives the numbers, as SQL
     * @param keys a temporary table with the old and the new keys
     * @param references the columns that follow
     */
    private record Renumbered(Staged table, String sequence, String keys, List<Reference> references) {}

    /** A column of a table that follows, by its place among those that are merged. */
    private record Reference(Staged table, int column) {}

    private Renumbering(Connection connection, List<Staged> tables) {
        this.connection = connection;
        this.tables = tables;
    }

    /**
     * Changes what the other branch's rows are, before it is decided what becomes of them.
     *
     * @throws IllegalArgumentException when no sequence makes the keys of a table that is named
     */
    static void run(Connection connection, String database, List<Staged> tables, MergeOptions options)
            throws SQLException {
        Renumbering renumbering = new Renumbering(connection, tables);
        boolean isEach = options.renumbered().contains(MergeOptions.EVERYTHING);
        for (Staged table : tables) {
            String name = table.target().table().name();
            boolean isNamed = options.renumbered().contains(name);
            if (isEach || isNamed) {
                Optional<Giver> giver = giver(connection, table.target());
                if (giver.isPresent()) {
                    renumbering.add(table, giver.get());
                } else if (isNamed) {
                    throw new IllegalArgumentException("cannot renumber " + name + " of database " + database
                            + ": its key is not one column that a sequence gives values");
                }
            }
        }
        renumbering.run();
    }

    private static Optional<Giver> giver(Connection connection, Target target) throws SQLException {
        if (target.key().size() != 1) {
            return Optional.empty();
        }
        String key = target.keyColumns().get(0).name();
        return Giver.of(connection, target).stream()
                .filter(giver -> giver.column().equals(key))
                .findFirst();
    }

    private void add(Staged table, Giver giver) throws SQLException {
        String keys = "zvpg_keys_" + renumbered.size();
        Sessions.execute(
                connection, "CREATE TEMPORARY TABLE " + keys + " (old int8 PRIMARY KEY, new int8) ON COMMIT DROP");
        renumbered.add(new Renumbered(
                table, giver.sequence() + "::oid::regclass", "pg_temp." + keys, references(table, giver.column())));
    }

    private List<Reference> references(Staged to, String key) throws SQLException {
        List<Reference> references = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(REFERENCES.formatted(to.target().tree(), Quoted.literal(key)))) {
            while (row.next()) {
                long oid = row.getLong("oid");
                long root = row.getLong("root");
                String name = row.getString("attname");
                for (Staged from : tables) {
                    long table = from.target().table().oid();
                    List<String> columns =
                            from.target().columns().stream().map(Column::name).toList();
                    if ((table == oid || table == root) && columns.contains(name)) {
                        references.add(new Reference(from, columns.indexOf(name)));
                    }
                }
            }
        }
        return references;
    }

    /** A row that was the same on both sides may refer to one that gets another key now, and is another row then. */
    private void run() throws SQLException {
        boolean isAnyTaken = !renumbered.isEmpty();
        while (isAnyTaken) {
            isAnyTaken = false;
            for (Renumbered each : renumbered) {
                SortedSet<Long> taken = each.table().taken();
                if (!taken.isEmpty()) {
                    renumber(each, taken);
                    isAnyTaken = true;
                }
            }
        }
    }

    private void renumber(Renumbered each, SortedSet<Long> taken) throws SQLException {
        Iterator<Long> fresh = draw(each, taken.size()).iterator();
        Map<String, String> keys = new HashMap<>();
        List<String> lines = new ArrayList<>();
        for (long old : taken) {
            long now = fresh.next();
            keys.put(Long.toString(old), Long.toString(now));
            lines.add(old + "\t" + now);
        }
        Writing.copy(connection, "COPY " + each.keys() + " FROM STDIN", lines);
        each.table().renumber(each.keys(), keys.size());
        for (Reference reference : each.references()) {
            reference.table().follow(reference.column(), each.keys(), keys);
        }
    }

    /** As many numbers as are wanted, that neither branch has; a sequence may stand behind the keys of its table. */
    private List<Long> draw(Renumbered each, int count) throws SQLException {
        Target target = each.table().target();
        String key = Quoted.name(target.keyColumns().get(0).name());
        List<Long> drawn = new ArrayList<>();
        for (long wanted = count; drawn.size() < count; wanted = Math.max(LEAST_DRAWN, 2 * wanted)) {
            String free = "SELECT n FROM (SELECT nextval(" + each.sequence() + ") AS n FROM generate_series(1, "
                    + wanted
                    + ") OFFSET 0) s WHERE NOT EXISTS (SELECT FROM " + target.relation() + " o WHERE o." + key
                    + " = n) AND NOT EXISTS (SELECT FROM " + each.table().changes() + " w WHERE w." + key + " = n)";
            Sessions.column(connection, free).forEach(number -> drawn.add(Long.valueOf(number)));
        }
        return drawn.stream().sorted().limit(count).toList();
    }
}
