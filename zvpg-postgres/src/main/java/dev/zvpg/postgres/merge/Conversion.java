package dev.zvpg.postgres.merge;

import dev.zvpg.postgres.diff.ComparedTable;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What became of the values of a column when theirs gave it another type. Nobody has noted how; but where most of them are
 * not what a cast makes of them, it was in a way of its own ({@code USING price * 100}), and what ours has written there
 * cannot follow. Values that are the same in any way, none and zero, do not count.
 */
final class Conversion {

    static final String REASON =
            "the branch that is merged has given it another type, and made its values in a way of its"
                    + " own, which values that only this branch has would need as well; change the type here in the same way";

    private Conversion() {}

    /** The columns of a table in which ours has values that would have to be made in theirs' way. */
    static List<String> untold(Staged staged, Redefinition redefinition) throws SQLException {
        Target target = staged.target();
        ComparedTable table = staged.first();
        List<String> columns = new ArrayList<>();
        for (int i = 0; table != null && i < target.columns().size(); i++) {
            if (redefinition.isRetypedHere(target.table(), target.columns().get(i))) {
                String column = target.merged().get(i);
                boolean isOfKey = target.key().isEmpty() || target.key().contains(i);
                long others = staged.updated(column) + (isOfKey ? Math.min(table.inserted(), table.deleted()) : 0);
                if (others > 0 && others * 2 > table.filledBefore(column)) {
                    columns.add(column);
                }
            }
        }
        return columns;
    }
}
