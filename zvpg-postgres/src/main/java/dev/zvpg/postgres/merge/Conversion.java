package dev.zvpg.postgres.merge;

import dev.zvpg.diff.RowChange;
import dev.zvpg.postgres.diff.ComparedTable;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What became of the values of a table's columns when theirs gave them another type. Nobody has noted how; but where most of
 * them are not what a cast makes of them, it was in a way of its own ({@code USING price * 100}), and what ours has written
 * there cannot follow. Values that are the same in any way, none and zero, do not count. Confined to one thread.
 */
final class Conversion {

    static final String REASON =
            "the branch that is merged has given it another type, and made its values in a way of its"
                    + " own, which values that only this branch has would need as well; change the type here in the same way";

    private static final Pattern ZERO = Pattern.compile("[-0.]*");

    private final Map<String, Long> updated = new HashMap<>();
    private final Map<String, Long> told = new HashMap<>(); // of those that had a value, and of those that are gone
    private final List<Integer> converted = new ArrayList<>();

    /** Counts which columns of a row have other values than both began with. */
    void count(RowChange row) {
        boolean isUpdated = row.kind() == RowChange.Kind.UPDATED;
        for (String column : isUpdated ? row.changed() : row.before().keySet()) {
            String before = row.before().get(column);
            if (before != null && !ZERO.matcher(before).matches()) {
                told.merge(column, 1L, Long::sum);
            }
            if (isUpdated) {
                updated.merge(column, 1L, Long::sum);
            }
        }
    }

    /** The columns in which ours has values that would have to be made in theirs' way. */
    List<String> untold(Staged staged, Redefinition redefinition) throws SQLException {
        Target target = staged.target();
        List<String> columns = new ArrayList<>();
        for (int i = 0; i < target.columns().size(); i++) {
            if (redefinition.isRetyped(target, i) && isInAWayOfItsOwn(staged, i)) {
                if (redefinition.isRetypedHere(target, i)) {
                    columns.add(target.merged().get(i));
                } else if (redefinition.isRetypedByKey(target, i) && isEachAnother(staged, i)) {
                    converted.add(i);
                }
            }
        }
        return columns;
    }

    private boolean isInAWayOfItsOwn(Staged staged, int column) throws SQLException {
        ComparedTable table = staged.first();
        if (table == null) {
            return false;
        }
        Target target = staged.target();
        String name = target.merged().get(column);
        boolean isOfKey = target.key().isEmpty() || target.key().contains(column);
        long others = updated.getOrDefault(name, 0L) + (isOfKey ? Math.min(table.inserted(), table.deleted()) : 0);
        return others > 0 && others * 2 > table.filledBefore(name);
    }

    /** Whether no value that was there is what a cast makes of it, so that none of them tells of a change besides. */
    private boolean isEachAnother(Staged staged, int column) throws SQLException {
        ComparedTable table = staged.first();
        String name = staged.target().merged().get(column);
        return table != null && told.getOrDefault(name, 0L) == table.filledBefore(name);
    }

    /**
     * The columns, by position, that theirs has made in its way, and in which ours has nothing of its own: where ours has
     * deleted a row, a value that is another one there says nothing.
     */
    List<Integer> converted() {
        return converted;
    }
}
