package dev.zvpg.postgres.merge;

import dev.zvpg.diff.RowChange;
import dev.zvpg.postgres.diff.Column;
import dev.zvpg.postgres.diff.ComparedTable;
import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.diff.Table;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A table that is merged into, and how the other branch's columns are found in it. Immutable.
 *
 * @param table the table
 * @param merged what the columns are called in the changes, of those that both have and that can be written
 * @param columns the same columns in the table
 * @param own the other columns of the table that can be written
 * @param lost the columns of the other branch that are gone here, or of another type, so that nothing is written to them
 * @param key where the columns that identify a row are among {@code columns}; empty where there are none
 * @param delicate the columns that are not updated in place, by position among {@code columns}: what is unique might be
 *     swapped between rows, a row might go to another partition, and some identities can only be inserted
 */
public record Target(
        Table table,
        List<String> merged,
        List<Column> columns,
        List<Column> own,
        List<Lost> lost,
        List<Integer> key,
        Set<Integer> delicate) {

    /** What of a column decides how it is written. */
    private static final String COLUMNS = """
            SELECT a.attnum,
                   a.attgenerated <> '' AS is_generated,
                   a.attidentity = 'a' OR EXISTS (
                       SELECT FROM pg_index i JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
                       WHERE i.indrelid IN (%1$s) AND (i.indisunique OR i.indisexclusion)
                         AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid
                         AND d.refobjsubid = (SELECT s.attnum FROM pg_attribute s
                                              WHERE s.attrelid = i.indrelid AND s.attname = a.attname))
                   OR EXISTS (
                       SELECT FROM pg_constraint k JOIN pg_index i ON i.indexrelid = k.conindid
                       WHERE k.conrelid IN (%1$s) AND k.contype IN ('p', 'u', 'x') AND (SELECT s.attnum FROM pg_attribute s
                           WHERE s.attrelid = k.conrelid AND s.attname = a.attname) = ANY (i.indkey))
                   OR EXISTS (
                       SELECT FROM pg_partitioned_table p WHERE p.partrelid IN (%1$s)
                         AND (p.partexprs IS NOT NULL OR (SELECT s.attnum FROM pg_attribute s
                             WHERE s.attrelid = p.partrelid AND s.attname = a.attname) = ANY (p.partattrs))) AS is_delicate
            FROM pg_attribute a WHERE a.attrelid = %2$d AND a.attnum > 0 AND NOT a.attisdropped
            """;

    /**
     * A column that only the other branch has as it is there. Immutable.
     *
     * @param name what it is called there
     * @param type of the one that is here; empty where there is none
     */
    record Lost(String name, Optional<String> type) {

        /** Whether a row of the other branch has a value that has no place. */
        boolean isMissed(RowChange row) {
            return switch (row.kind()) {
                case INSERTED -> type.isPresent() && row.after().get(name) != null;
                case UPDATED -> row.changed().contains(name);
                case DELETED -> false;
            };
        }

        String reason() {
            return type.map(here -> "it is of type " + here
                            + " here, and of another one in the branch that is merged, which has other values in it; give it"
                            + " the same type there")
                    .orElse(
                            "it is gone here, and has other values in the branch that is merged; drop it there, too, or bring it"
                                    + " back here");
        }
    }

    /** A table, or why nothing can be merged into it. */
    public record Found(Optional<Target> target, String reason) {
        static Found not(String reason) {
            return new Found(Optional.empty(), reason);
        }
    }

    /**
     * Finds it.
     *
     * @param areNamesTheSame whether what is the same is called the same; otherwise only theirs' names are those of the
     *     base, and what is the same has the same number
     */
    public static Found find(Connection connection, List<Table> tables, ComparedTable change, boolean areNamesTheSame)
            throws SQLException {
        Table theirs = change.side().table();
        Optional<Table> found = areNamesTheSame ? named(tables, theirs) : match(tables, change);
        if (found.isEmpty()) {
            return Found.not("it is not in the branch that is merged into");
        }
        Table ours = found.get();
        Set<Integer> generated = new HashSet<>();
        Set<Integer> delicate = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(COLUMNS.formatted(tree(ours), ours.oid()))) {
            while (row.next()) {
                if (row.getBoolean("is_generated")) {
                    generated.add(row.getInt("attnum"));
                }
                if (row.getBoolean("is_delicate")) {
                    delicate.add(row.getInt("attnum"));
                }
            }
        }
        boolean isSame = !areNamesTheSame && ours.oid() == theirs.oid();
        List<String> merged = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        List<Lost> lost = new ArrayList<>();
        for (Column column : theirs.columns()) {
            Column mine = match(ours, theirs, column, isSame);
            if (mine == null) {
                lost.add(new Lost(column.name(), Optional.empty()));
            } else if (!ours.type(mine).equals(theirs.type(column))) {
                lost.add(new Lost(column.name(), Optional.of(ours.type(mine))));
            } else if (!generated.contains(mine.number())) {
                merged.add(column.name());
                columns.add(mine);
            }
        }
        if (columns.isEmpty()) {
            return Found.not("it has no column that can be written");
        }
        List<Integer> key = change.side().key().isEmpty()
                ? List.of()
                : ours.key().stream()
                        .map(number -> IntStream.range(0, columns.size())
                                .filter(i -> columns.get(i).number() == number)
                                .findFirst()
                                .orElse(-1))
                        .toList();
        List<String> names = key.stream().map(i -> i < 0 ? "" : merged.get(i)).toList();
        if (!names.equals(change.key())) {
            return Found.not("what identifies a row is not the same in both branches");
        }
        if (key.isEmpty() && !lost.isEmpty()) { // a row is all that is in it
            return Found.not("no column identifies a row, and column "
                    + lost.get(0).name() + " is not in the branch that is merged into, or of another type");
        }
        List<Column> own = ours.columns().stream()
                .filter(column -> !columns.contains(column) && !generated.contains(column.number()))
                .toList();
        Set<Integer> positions = IntStream.range(0, columns.size())
                .filter(i -> delicate.contains(columns.get(i).number()))
                .boxed()
                .collect(Collectors.toSet());
        return new Found(Optional.of(new Target(ours, merged, columns, own, lost, key, positions)), "");
    }

    /** A table keeps its identity when it is renamed; two that were made by the same name are taken for the same. */
    private static Optional<Table> match(List<Table> tables, ComparedTable change) {
        Table theirs = change.side().table();
        boolean isOfBase = change.before() != null && change.before().table().oid() == theirs.oid();
        Optional<Table> byIdentity = tables.stream()
                .filter(table -> isOfBase && table.oid() == theirs.oid())
                .findFirst();
        return byIdentity.or(() -> named(tables, theirs));
    }

    private static Optional<Table> named(List<Table> tables, Table theirs) {
        return tables.stream()
                .filter(table -> table.name().equals(theirs.name()))
                .findFirst();
    }

    /** A column keeps its number when it is renamed; one that was dropped may have come again. */
    private static @Nullable Column match(Table ours, Table theirs, Column column, boolean isSame) {
        Stream<Column> mine = ours.columns().stream();
        return isSame && ours.hasColumn(column.number())
                ? mine.filter(each -> each.number() == column.number())
                        .findFirst()
                        .orElse(null)
                : mine.filter(each -> each.name().equals(column.name()))
                        .filter(each -> !isSame || !theirs.hasColumn(each.number()))
                        .findFirst()
                        .orElse(null);
    }

    /** How the table is named in a statement: rows of tables that inherit from it are not its own. */
    public String relation() {
        return table.relation();
    }

    /** A query for the table and its partitions. */
    public String tree() {
        return tree(table);
    }

    private static String tree(Table table) {
        return String.format(
                "SELECT relid::oid AS relid FROM pg_partition_tree(%1$d::oid::regclass) UNION SELECT %1$d::oid",
                table.oid());
    }

    /** The columns that are staged, of a row {@code o}; where one is not staged, its domain has no say yet. */
    String staged() {
        return Stream.concat(
                        columns.stream().map(column -> "o." + Quoted.name(column.name())),
                        own.stream().map(column -> {
                            String name = Quoted.name(column.name());
                            return "o." + name + "::" + table.type(column) + " AS " + name;
                        }))
                .map(column -> ", " + column)
                .collect(Collectors.joining());
    }

    /** All columns that can be written. */
    List<Column> all() {
        return Stream.concat(columns.stream(), own.stream()).toList();
    }

    public List<Column> keyColumns() {
        return key.stream().map(columns::get).toList();
    }

    /** Whether two rows have the same key, in a way that an index can answer; also written the same. */
    String sameKey(String row, String staged) {
        return keyColumns().stream()
                .map(column -> {
                    String mine = row + "." + Quoted.name(column.name());
                    String other = staged + "." + Quoted.name(column.name());
                    String isWrittenTheSame = written(mine) + " COLLATE \"C\" = " + written(other);
                    return switch (column.order()) {
                        case NUMBER, TEXT -> mine + " = " + other;
                        case CAST_TEXT -> mine + " = " + other + " AND " + isWrittenTheSame;
                        case WRITTEN_TEXT -> isWrittenTheSame;
                    };
                })
                .collect(Collectors.joining(" AND "));
    }

    /** A value as the type's own function writes it; never by a cast, which may be a user's function. */
    static String written(String value) {
        return "CASE WHEN num_nonnulls(" + value + ") = 1 THEN format('%s', " + value + ") END";
    }

    public static String names(List<Column> columns) {
        return columns.stream().map(column -> Quoted.name(column.name())).collect(Collectors.joining(", "));
    }

    static String names(List<Column> columns, String from) {
        return columns.stream()
                .map(column -> from + "." + Quoted.name(column.name()))
                .collect(Collectors.joining(", "));
    }
}
