package dev.zvpg.postgres.merge;

import dev.zvpg.postgres.diff.ComparedTable;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What became of the values of a column when theirs gave it another type. Nobody has noted how; but where most rows have
 * other values than a cast makes of them, it was in a way of its own ({@code USING price * 100}), and rows that only ours
 * has cannot follow. Immutable.
 *
 * @param column what it is called
 * @param changed how many rows have another value
 */
record Conversion(String column, long changed) {

    /** Those in a table that only ours' own rows have not gone through. */
    static List<Conversion> untold(Connection connection, Staged staged, Redefinition redefinition)
            throws SQLException {
        Target target = staged.target();
        List<Conversion> conversions = IntStream.range(0, target.columns().size())
                .filter(i ->
                        redefinition.isRetyped(target.table(), target.columns().get(i)))
                .mapToObj(i -> target.merged().get(i))
                .map(name -> new Conversion(name, staged.updated(name)))
                .filter(conversion -> conversion.changed > 0)
                .toList();
        ComparedTable table = staged.first();
        if (conversions.isEmpty()
                || table == null
                || target.key().isEmpty()) { // without a key, a row that ours lacks tells
            return List.of();
        }
        long common = table.rowsBefore() - table.deleted();
        long others = Long.parseLong(Sessions.column(
                        connection,
                        "SELECT count(*) FROM " + target.relation() + " o WHERE NOT EXISTS (SELECT FROM "
                                + staged.changes() + " w WHERE " + target.sameKey("o", "w") + ")")
                .get(0));
        return conversions.stream()
                .filter(conversion -> conversion.changed * 2 > common && others > common - table.updated())
                .toList();
    }

    String reason() {
        return "the branch that is merged has given it another type, and made its values in a way of its own, which rows that"
                + " only this branch has would need as well; change the type here in the same way";
    }
}
