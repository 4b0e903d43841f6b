package dev.zvpg.postgres.merge;

import dev.zvpg.merge.Conflict.RowConflict;
import dev.zvpg.merge.MergeOptions;
import dev.zvpg.merge.Resolution;
import dev.zvpg.postgres.diff.Column;
import dev.zvpg.postgres.diff.CopyText;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides, row by row, what becomes of what the other branch has changed in one table. Confined to one thread.
 */
final class Merging {

    private static final int AT_ONCE = 1_000;

    private final Connection connection;
    private final Staged staged;
    private final Target target;
    private final MergeOptions options;
    private final Conflicts conflicts;
    private final RowMerge merge;

    Merging(Connection connection, String database, Staged staged, MergeOptions options, Conflicts conflicts) {
        this.connection = connection;
        this.staged = staged;
        this.target = staged.target();
        this.options = options;
        this.conflicts = conflicts;
        this.merge = new RowMerge(
                database,
                target.table().name(),
                target.columns().stream().map(Column::name).toList(),
                options::resolve,
                conflicts);
    }

    /** Reads what is in the table now, and collects what follows. */
    void decide(Writing writing) throws SQLException {
        if (target.key().isEmpty()) {
            count(writing);
        } else {
            staged.compare(changed -> decide(changed, writing));
        }
        writing.send();
    }

    private void decide(Changed changed, Writing writing) throws SQLException {
        int width = target.columns().size();
        List<@Nullable String> mine = changed.ours();
        List<@Nullable String> ours = mine == null ? null : mine.subList(0, width);
        List<Integer> settled = new ArrayList<>(staged.rowDefaults());
        if (ours == null) {
            settled.addAll(staged.conversion().converted());
        }
        List<@Nullable String> merged = merge.merge(
                key(changed.key()),
                changed.bases().stream()
                        .map(base -> changed.settled(base, settled))
                        .toList(),
                changed.settled(ours, settled),
                changed.theirs());
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
                    + "sum(CASE WHEN \"zvpg after\" IS NULL THEN -1 ELSE 1 END) AS number FROM " + staged.changes()
                    + " GROUP BY 1, 2) s GROUP BY line ORDER BY line COLLATE \"C\"")) {
                while (row.next()) {
                    List<@Nullable String> values = CopyText.values(row.getString(1));
                    long least = row.getLong(2);
                    long most = row.getLong(3);
                    boolean isAgreed = least == most && row.getInt(4) == staged.bases();
                    if (!isAgreed && !isResolved(values)) {
                        continue;
                    }
                    boolean isNew = most > 0;
                    List<@Nullable String> line = padded(isNew ? staged.followed(values) : values);
                    for (long copies = isAgreed ? Math.abs(most) : 0; copies > 0; copies--) {
                        writing.add(isNew ? Writing.Kind.INSERT : Writing.Kind.DELETE, line);
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
                missing.put(Staged.texts(row, 2, target.columns().size()), row.getLong(1));
            }
        }
        for (Map.Entry<List<@Nullable String>, Long> each : missing.entrySet()) {
            if (isResolved(each.getKey())) { // both have deleted it
                writing.forgo(each.getValue(), each.getKey());
            }
        }
    }
}
