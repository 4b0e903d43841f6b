package dev.zvpg.postgres.merge;

import dev.zvpg.diff.RowChange;
import dev.zvpg.postgres.diff.ComparedTable;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What became of the values of a table's columns when theirs gave them another type. Nobody has noted how; but where most of
 * them are not what a cast makes of them, it was in a way of its own ({@code USING price * 100}), and what ours has written
 * there cannot follow. Values that are the same in any way, none and zero, do not count. Confined to one thread.
 */
final class Conversion {

    static final String REASON =
            "the branch that is merged has given it another type, and made its values in a way of its"
                    + " own, which values that only this branch has would need as well; change the type here in the same way";

    private final Map<String, Long> updated = new HashMap<>();
    private final List<Integer> converted = new ArrayList<>();

    /** Counts which columns of a row have other values than both began with. */
    void count(RowChange row) {
        if (row.kind() == RowChange.Kind.UPDATED) {
            row.changed().forEach(column -> updated.merge(column, 1L, Long::sum));
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
                } else if (redefinition.isRetypedByKey(target, i)) {
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

    /**
     * The columns, by position, that theirs has made in its way, and in which ours has nothing of its own: where ours has
     * deleted a row, a value that is another one there says nothing.
     */
    List<Integer> converted() {
        return converted;
    }
}
