package dev.zvpg.postgres.merge;

import dev.zvpg.diff.RowChange;
import dev.zvpg.postgres.diff.Column;
import dev.zvpg.postgres.diff.ComparedTable;
import dev.zvpg.postgres.diff.CopyText;
import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the other branch has changed in one table: sent to a temporary table, before anything is locked, and read again beside
 * what is in the table now. Confined to one thread.
 */
final class Staged {

    private static final int AT_ONCE = 1_000;

    private final Connection connection;
    private final Target target;
    private final List<@Nullable ComparedTable> since;
    private final List<Integer> rowDefaults;
    private final String changes;
    private final Map<Integer, Map<String, String>> following = new HashMap<>();
    private final Set<Target.Lost> missed = new LinkedHashSet<>();
    private final Conversion conversion = new Conversion();
    private boolean areKeysChanged;
    private long renumbered;

    /**
     * Begins with nothing.
     *
     * @param since what has changed since each base; null where there is nothing different
     * @param rowDefaults the columns, by position, that theirs has added with another value for each row
     * @param number of the merge's tables
     */
    Staged(
            Connection connection,
            Target target,
            List<@Nullable ComparedTable> since,
            List<Integer> rowDefaults,
            int number) {
        this.connection = connection;
        this.target = target;
        this.since = since;
        this.rowDefaults = rowDefaults;
        this.changes = "zvpg_changes_" + number;
    }

    /** Takes one row after the other. */
    interface Each {
        void take(Changed changed) throws SQLException;
    }

    Target target() {
        return target;
    }

    /** From how many states the branches parted. */
    int bases() {
        return since.size();
    }

    /** The columns that would have got values if they were there. */
    Set<Target.Lost> missed() {
        return missed;
    }

    /** What became of values of another type. */
    Conversion conversion() {
        return conversion;
    }

    /** What has changed since the first base. */
    @Nullable
    ComparedTable first() {
        return since.get(0);
    }

    /** The columns, by position, that theirs has added with another value for each row. */
    List<Integer> rowDefaults() {
        return rowDefaults;
    }

    /** How many rows have got another key. */
    long renumbered() {
        return renumbered;
    }

    /** Sends what has changed, before anything is locked. */
    void stage() throws SQLException {
        String keys = target.key().isEmpty() ? "" : ", " + Target.names(target.keyColumns(), "o");
        Sessions.execute(
                connection,
                "CREATE TEMPORARY TABLE " + changes + " ON COMMIT DROP AS SELECT 0 AS \"zvpg base\", ''::text AS "
                        + "\"zvpg before\", ''::text AS \"zvpg after\"" + keys + " FROM " + target.relation()
                        + " o WITH NO DATA");
        for (int base = 0; base < since.size(); base++) {
            ComparedTable table = since.get(base);
            if (table != null) {
                stage(base, table);
            }
        }
        Sessions.execute(connection, "ANALYZE " + changes());
    }

    /** The temporary table of what the other branch has changed. */
    String changes() {
        return "pg_temp." + changes;
    }

    private void stage(int base, ComparedTable table) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (Stream<RowChange> rows = table.rows()) {
            for (Iterator<RowChange> each = rows.iterator(); each.hasNext(); ) {
                RowChange row = each.next();
                target.lost().stream().filter(lost -> lost.isMissed(row)).forEach(missed::add);
                if (base == 0) {
                    conversion.count(row);
                }
                List<@Nullable String> line = new ArrayList<>();
                line.add(Integer.toString(base));
                line.add(line(row.before()));
                line.add(line(row.after()));
                target.key().forEach(i -> line.add(row.key().get(target.merged().get(i))));
                lines.add(CopyText.line(line));
                if (lines.size() == AT_ONCE || !each.hasNext()) {
                    Writing.copy(connection, "COPY " + changes() + " FROM STDIN", lines);
                    lines.clear();
                }
            }
        }
    }

    private @Nullable String line(Map<String, @Nullable String> row) {
        if (row.isEmpty()) {
            return null;
        }
        List<@Nullable String> values = new ArrayList<>();
        target.merged().forEach(column -> values.add(row.get(column)));
        return CopyText.line(values);
    }

    /** The keys of rows that are new in the other branch, where there is another row by that key in the table now. */
    SortedSet<Long> taken() throws SQLException {
        SortedSet<Long> taken = new TreeSet<>();
        compare(changed -> {
            if (changed.ours() != null
                    && changed.theirs() != null
                    && changed.bases().stream().allMatch(Objects::isNull)
                    && !changed.theirs()
                            .equals(changed.settled(
                                    changed.ours().subList(0, target.columns().size()), rowDefaults))) {
                taken.add(Long.valueOf(String.valueOf(changed.key().get(0))));
            }
        });
        return taken;
    }

    /**
     * Gives rows that are new in the other branch other keys.
     *
     * @param keys a table with the old and the new ones
     * @param count how many are new in it
     */
    void renumber(String keys, int count) throws SQLException {
        rename(target.key().get(0), keys);
        renumbered += count;
    }

    /** Lets a column follow: where the other branch has set it to a row that got another key, it refers to that. */
    void follow(int column, String keys, Map<String, String> now) throws SQLException {
        following.computeIfAbsent(column, any -> new HashMap<>()).putAll(now);
        if (target.key().contains(column)) {
            rename(column, keys);
        }
    }

    private void rename(int column, String keys) throws SQLException {
        String name = Quoted.name(target.columns().get(column).name());
        String key = Target.names(target.keyColumns());
        Sessions.execute(
                connection,
                "UPDATE " + changes() + " w SET " + name + " = k.new FROM " + keys + " k WHERE w." + name
                        + " = k.old AND (" + Target.names(target.keyColumns(), "w") + ") IN (SELECT " + key + " FROM "
                        + changes() + " GROUP BY " + key + " HAVING count(*) = " + since.size()
                        + " AND bool_and(\"zvpg before\" IS NULL))");
        areKeysChanged = true;
    }

    /** What the other branch has, with the keys that its rows have got. */
    private List<@Nullable String> followed(
            List<@Nullable String> theirs,
            List<@Nullable String> key,
            List<? extends @Nullable List<@Nullable String>> bases) {
        List<@Nullable String> followed = new ArrayList<>(theirs);
        following.forEach((column, now) -> {
            String old = theirs.get(column);
            if (old != null && bases.stream().allMatch(base -> base == null || !old.equals(base.get(column)))) {
                followed.set(column, now.getOrDefault(old, old));
            }
        });
        for (int i = 0; i < key.size(); i++) {
            followed.set(target.key().get(i), key.get(i));
        }
        return followed;
    }

    /** A row that the other branch has inserted, with the keys that those have got that it refers to. */
    List<@Nullable String> followed(List<@Nullable String> theirs) {
        return followed(theirs, List.of(), List.of());
    }

    /** Reads what has changed, by key. */
    void compare(Each each) throws SQLException {
        List<Column> all = target.all();
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(AT_ONCE);
            try (ResultSet row = statement.executeQuery(beside())) {
                boolean isRow = row.next();
                while (isRow) {
                    List<@Nullable String> key = key(row);
                    List<@Nullable String> ours = row.getBoolean(4) ? texts(row, 5, all.size()) : null;
                    Map<Integer, @Nullable List<@Nullable String>> bases = new HashMap<>();
                    List<@Nullable String> theirs = values(row.getString(3));
                    do {
                        bases.put(row.getInt(1), values(row.getString(2)));
                        isRow = row.next();
                    } while (isRow && key.equals(key(row)));
                    each.take(changed(key, ours, bases, theirs));
                }
            }
        }
    }

    private List<@Nullable String> key(ResultSet row) throws SQLException {
        return texts(row, 5 + target.all().size(), target.key().size());
    }

    private Changed changed(
            List<@Nullable String> key,
            @Nullable List<@Nullable String> ours,
            Map<Integer, @Nullable List<@Nullable String>> found,
            @Nullable List<@Nullable String> theirs) {
        List<@Nullable List<@Nullable String>> bases = new ArrayList<>();
        for (int base = 0; base < since.size(); base++) { // since one where nothing is different, nothing has changed
            bases.add(found.containsKey(base) ? found.get(base) : theirs);
        }
        boolean isFollowed = areKeysChanged || !following.isEmpty();
        return new Changed(key, ours, bases, theirs == null || !isFollowed ? theirs : followed(theirs, key, bases));
    }

    private String beside() {
        String mine = target.all().stream()
                .map(column -> ", " + Target.written("o." + Quoted.name(column.name())))
                .collect(Collectors.joining());
        String keys = target.keyColumns().stream()
                .map(column -> ", " + Target.written("w." + Quoted.name(column.name()))
                        + " COLLATE \"C\" AS \"zvpg key " + column.number() + '"')
                .collect(Collectors.joining());
        String order = target.keyColumns().stream()
                .map(column -> "\"zvpg key " + column.number() + '"')
                .collect(Collectors.joining(", "));
        return "SELECT w.\"zvpg base\", w.\"zvpg before\", w.\"zvpg after\", o.tableoid IS NOT NULL" + mine + keys
                + " FROM " + changes() + " w LEFT JOIN " + target.relation() + " o ON "
                + target.sameKey("o", "w") + " ORDER BY " + order + ", 1";
    }

    static List<@Nullable String> texts(ResultSet row, int from, int count) throws SQLException {
        List<@Nullable String> texts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            texts.add(row.getString(from + i));
        }
        return texts;
    }

    private static @Nullable List<@Nullable String> values(@Nullable String line) {
        return line == null ? null : CopyText.values(line);
    }
}
