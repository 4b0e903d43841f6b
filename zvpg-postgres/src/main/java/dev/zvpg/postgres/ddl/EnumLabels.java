package dev.zvpg.postgres.ddl;

import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The values that enumerations have got. One cannot be used in the transaction that adds it, so they are added before a
 * merge, and stay where it fails: nobody uses them then. Immutable.
 *
 * @param added in the order of each enumeration
 */
record EnumLabels(List<Added> added) {

    private static final String LABELS = """
            SELECT enumtypid::int8, format_type(enumtypid, NULL), oid::int8, enumlabel
            FROM pg_enum WHERE oid >= 16384 ORDER BY enumtypid, enumsortorder
            """;

    /** A value of an enumeration, each by its number, too. Immutable. */
    private record Label(long type, String typeName, long oid, String name) {}

    /**
     * A value, and the one that it stands beside. Immutable.
     *
     * @param isOfBase whether the neighbour has the number that it has had in the base, and perhaps another name
     */
    private record Added(Label label, Label neighbour, boolean isBefore, boolean isOfBase, Set<Long> base) {

        /** What a value is called as long as one still has its name that is going to be renamed. */
        static String waiting(Label label) {
            return "zvpg adds " + label.oid();
        }

        /** Adds it, unless it is there. */
        Optional<String> statement(List<Label> now) {
            List<Label> ofType = ofType(now);
            boolean isTaken = isThere(ofType, label.name());
            boolean isRenamed =
                    ofType.stream().anyMatch(each -> each.name().equals(label.name()) && base.contains(each.oid()));
            String name = isRenamed ? waiting(label) : label.name();
            if (ofType.isEmpty() || (isTaken && !isRenamed) || isThere(ofType, waiting(label))) {
                return Optional.empty();
            }
            String place = ofType.stream()
                    .filter(each -> isOfBase
                            ? each.oid() == neighbour.oid()
                            : List.of(neighbour.name(), waiting(neighbour)).contains(each.name())
                                    && !base.contains(each.oid()))
                    .findFirst()
                    .map(each -> (isBefore ? " BEFORE " : " AFTER ") + Quoted.literal(each.name()))
                    .orElse("");
            return Optional.of("ALTER TYPE " + ofType.get(0).typeName() + " ADD VALUE " + Quoted.literal(name) + place);
        }

        /** Gives it its name, if it waits for that. */
        Optional<String> naming(List<Label> now) {
            List<Label> ofType = ofType(now);
            return isThere(ofType, waiting(label))
                    ? Optional.of("ALTER TYPE " + ofType.get(0).typeName() + " RENAME VALUE "
                            + Quoted.literal(waiting(label)) + " TO " + Quoted.literal(label.name()))
                    : Optional.empty();
        }

        private List<Label> ofType(List<Label> now) {
            return now.stream().filter(each -> each.type() == label.type()).toList();
        }

        private static boolean isThere(List<Label> labels, String name) {
            return labels.stream().anyMatch(each -> each.name().equals(name));
        }
    }

    static EnumLabels of(Connection base, Connection theirs) throws SQLException {
        List<Label> before = labels(base);
        Set<Long> types = before.stream().map(Label::type).collect(Collectors.toSet());
        Set<Long> known = before.stream().map(Label::oid).collect(Collectors.toSet());
        List<Label> after = labels(theirs).stream()
                .filter(label -> types.contains(label.type()))
                .toList();
        List<Added> added = IntStream.range(0, after.size())
                .filter(i -> !known.contains(after.get(i).oid()))
                .mapToObj(i -> {
                    Label label = after.get(i);
                    boolean isFirst = i == 0 || after.get(i - 1).type() != label.type();
                    Label neighbour = after.get(isFirst ? i + 1 : i - 1);
                    return new Added(label, neighbour, isFirst, known.contains(neighbour.oid()), known);
                })
                .toList();
        return new EnumLabels(inOrder(added));
    }

    /** What stands in front of a value that is new, too, comes after it. */
    private static List<Added> inOrder(List<Added> added) {
        List<Added> first = new ArrayList<>(added.stream()
                .filter(each -> !each.isBefore() || each.isOfBase())
                .toList());
        List<Added> last = new ArrayList<>(added);
        last.removeAll(first);
        first.addAll(last);
        return first;
    }

    private static List<Label> labels(Connection connection) throws SQLException {
        List<Label> labels = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(LABELS)) {
            while (row.next()) {
                labels.add(new Label(row.getLong(1), row.getString(2), row.getLong(3), row.getString(4)));
            }
        }
        return labels;
    }

    /** What is to be done about a value, where these are there. */
    private interface Step {
        Optional<String> of(Added each, List<Label> now);
    }

    /** Adds those that are not there, each in a transaction of its own, and returns the statements. */
    List<String> make(Connection connection) throws SQLException {
        return run(connection, Added::statement);
    }

    /** Gives those their names that waited for them, when what had these has been renamed; returns the statements. */
    List<String> name(Connection connection) throws SQLException {
        return run(connection, Added::naming);
    }

    private List<String> run(Connection connection, Step step) throws SQLException {
        List<String> made = new ArrayList<>();
        for (Added each : added) {
            Optional<String> statement = step.of(each, labels(connection));
            if (statement.isPresent()) {
                Sessions.execute(connection, statement.get());
                made.add(statement.get());
            }
        }
        return made;
    }
}
