package dev.zvpg.postgres.merge;

import dev.zvpg.diff.RowChange;
import dev.zvpg.merge.Conflict.RowConflict;
import dev.zvpg.merge.MergeOptions;
import dev.zvpg.merge.Resolution;
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
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Merges the rows of one table: what the other branch has changed is sent to a temporary table, read again beside what
 * is in the table now, and decided row by row. Confined to one thread.
 */
final class Merging {

    private static final int AT_ONCE = 1_000;

    private final Connection connection;
    private final Target target;
    private final List<@Nullable ComparedTable> since;
    private final MergeOptions options;
    private final Conflicts conflicts;
    private final RowMerge merge;
    private final String changes;

    Merging(
            Connection connection,
            String database,
            Target target,
            List<@Nullable ComparedTable> since,
            MergeOptions options,
            Conflicts conflicts,
            int number) {
        this.connection = connection;
        this.target = target;
        this.since = since;
        this.options = options;
        this.conflicts = conflicts;
        this.merge = new RowMerge(
                database,
                target.table().name(),
                target.columns().stream().map(Column::name).toList(),
                options::resolve,
                conflicts);
        this.changes = "zvpg_changes_" + number;
    }

    Target target() {
        return target;
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
        Sessions.execute(connection, "ANALYZE pg_temp." + changes);
    }

    private void stage(int base, ComparedTable table) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (Stream<RowChange> rows = table.rows()) {
            for (Iterator<RowChange> each = rows.iterator(); each.hasNext(); ) {
                RowChange row = each.next();
                List<@Nullable String> line = new ArrayList<>();
                line.add(Integer.toString(base));
                line.add(line(row.before()));
                line.add(line(row.after()));
                target.key().forEach(i -> line.add(row.key().get(target.merged().get(i))));
                lines.add(CopyText.line(line));
                if (lines.size() == AT_ONCE || !each.hasNext()) {
                    Writing.copy(connection, "COPY pg_temp." + changes + " FROM STDIN", lines);
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

    /** Reads what is in the table now, and collects what follows. */
    void decide(Writing writing) throws SQLException {
        if (target.key().isEmpty()) {
            count(writing);
        } else {
            compare(writing);
        }
        writing.send();
    }

    /** A row in the table now, beside what the other branch has made of it since each base. */
    private static final class Changed {
        private final List<@Nullable String> key;
        private final @Nullable List<@Nullable String> ours;
        private final Map<Integer, @Nullable List<@Nullable String>> bases = new LinkedHashMap<>();
        private @Nullable List<@Nullable String> theirs;

        Changed(List<@Nullable String> key, @Nullable List<@Nullable String> ours) {
            this.key = key;
            this.ours = ours;
        }
    }

    private void compare(Writing writing) throws SQLException {
        List<Column> all = target.all();
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(AT_ONCE);
            try (ResultSet row = statement.executeQuery(beside())) {
                Changed changed = null;
                while (row.next()) {
                    List<@Nullable String> key =
                            texts(row, 5 + all.size(), target.key().size());
                    if (changed == null || !changed.key.equals(key)) {
                        decide(changed, writing);
                        changed = new Changed(key, row.getBoolean(4) ? texts(row, 5, all.size()) : null);
                    }
                    changed.bases.put(row.getInt(1), values(row.getString(2)));
                    changed.theirs = values(row.getString(3));
                }
                decide(changed, writing);
            }
        }
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
                + " FROM pg_temp." + changes + " w LEFT JOIN " + target.relation() + " o ON "
                + target.sameKey("o", "w") + " ORDER BY " + order + ", 1";
    }

    private static List<@Nullable String> texts(ResultSet row, int from, int count) throws SQLException {
        List<@Nullable String> texts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            texts.add(row.getString(from + i));
        }
        return texts;
    }

    private static @Nullable List<@Nullable String> values(@Nullable String line) {
        return line == null ? null : CopyText.values(line);
    }

    private void decide(@Nullable Changed changed, Writing writing) throws SQLException {
        if (changed == null) {
            return;
        }
        int width = target.columns().size();
        List<@Nullable String> mine = changed.ours;
        List<@Nullable String> ours = mine == null ? null : mine.subList(0, width);
        List<@Nullable List<@Nullable String>> bases = new ArrayList<>();
        for (int base = 0; base < since.size(); base++) { // since one where nothing is different, nothing has changed
            bases.add(changed.bases.containsKey(base) ? changed.bases.get(base) : changed.theirs);
        }
        List<@Nullable String> merged = merge.merge(key(changed.key), bases, ours, changed.theirs);
        if (Objects.equals(merged, ours)) {
            return;
        }
        if (mine == null) {
            writing.add(Writing.Kind.INSERT, padded(merged));
        } else if (merged == null) {
            writing.add(Writing.Kind.DELETE, mine);
        } else {
            List<@Nullable String> row = new ArrayList<>(merged);
            row.addAll(mine.subList(width, mine.size()));
            boolean isDelicate = target.delicate().stream().anyMatch(i -> !Objects.equals(merged.get(i), mine.get(i)));
            writing.add(isDelicate ? Writing.Kind.REPLACE : Writing.Kind.UPDATE, row);
        }
    }

    /** The columns that only this table has get their defaults. */
    private List<@Nullable String> padded(@Nullable List<@Nullable String> merged) {
        List<@Nullable String> row = new ArrayList<>(Objects.requireNonNull(merged));
        row.addAll(Collections.nCopies(target.own().size(), null));
        return row;
    }

    private Map<String, String> key(List<@Nullable String> values) {
        Map<String, String> key = new LinkedHashMap<>();
        for (int i = 0; i < values.size(); i++) {
            key.put(target.keyColumns().get(i).name(), String.valueOf(values.get(i)));
        }
        return key;
    }

    /** Where there is no key, rows are counted: as many copies come and go here as in the other branch. */
    private void count(Writing writing) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(AT_ONCE);
            try (ResultSet row = statement.executeQuery("SELECT line, min(number), max(number), count(*) FROM ("
                    + "SELECT coalesce(\"zvpg before\", \"zvpg after\") AS line, \"zvpg base\", "
                    + "sum(CASE WHEN \"zvpg after\" IS NULL THEN -1 ELSE 1 END) AS number FROM pg_temp." + changes
                    + " GROUP BY 1, 2) s GROUP BY line ORDER BY line COLLATE \"C\"")) {
                while (row.next()) {
                    List<@Nullable String> values = CopyText.values(row.getString(1));
                    long least = row.getLong(2);
                    long most = row.getLong(3);
                    boolean isAgreed = least == most && row.getInt(4) == since.size();
                    if (!isAgreed && !isResolved(values)) {
                        continue;
                    }
                    Writing.Kind kind = most > 0 ? Writing.Kind.INSERT : Writing.Kind.DELETE;
                    for (long copies = isAgreed ? Math.abs(most) : 0; copies > 0; copies--) {
                        writing.add(kind, padded(values));
                    }
                }
            }
        }
        writing.send();
        forgoMissing(writing);
    }

    private boolean isResolved(List<@Nullable String> values) {
        RowConflict conflict =
                new RowConflict(merge.database(), merge.table(), Map.of(), merge.row(values), Map.of(), Map.of());
        boolean isResolved = !options.resolve(conflict).equals(Resolution.UNRESOLVED);
        if (!isResolved) {
            conflicts.conflict(conflict);
        }
        return isResolved;
    }

    private void forgoMissing(Writing writing) throws SQLException {
        if (writing.deleted() == 0) {
            return;
        }
        Map<List<@Nullable String>, Long> missing = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(writing.missing())) {
            while (row.next()) {
                missing.put(texts(row, 2, target.columns().size()), row.getLong(1));
            }
        }
        for (Map.Entry<List<@Nullable String>, Long> each : missing.entrySet()) {
            if (isResolved(each.getKey())) { // both have deleted it
                writing.forgo(each.getValue(), each.getKey());
            }
        }
    }
}
