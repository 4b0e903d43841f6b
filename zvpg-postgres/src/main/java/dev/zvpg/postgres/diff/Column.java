package dev.zvpg.postgres.diff;

/**
 * A column of a table. Immutable.
 *
 * @param number its number, which stays when it is renamed
 * @param order how values of its type are put in an order that both a server and this JVM know
 */
public record Column(int number, String name, Order order) {

    /** How values are ordered. */
    public enum Order {
        /** As whole numbers. */
        NUMBER,
        /** By the bytes of their text, which is the type's own order. */
        TEXT,
        /** By the bytes of their text, which a cast makes that is the system's own. */
        CAST_TEXT,
        /** By the bytes of what the type's own function writes: a cast may be a user's function. */
        WRITTEN_TEXT
    }

    /** A condition: that there is a value, and one that is not a number that is zero. */
    public static String isFilled(String value) {
        return "num_nonnulls(" + value + ") = 1 AND (format('%s', " + value + ") COLLATE \"C\" !~ '^[-0.]*$'"
                + " OR (SELECT typcategory <> 'N' FROM pg_type WHERE oid = pg_typeof(" + value + ")))";
    }

    /** The same, compared as the type's own function writes it, for a column that has another type on the other side. */
    Column written() {
        return new Column(number, name, Order.WRITTEN_TEXT);
    }

    /** The value as text. */
    String text(String value) {
        return order == Order.WRITTEN_TEXT ? "format('%s', " + value + ")" : value + "::text";
    }

    /** What to order by. */
    String ordering(String value, boolean isUtf8) {
        return switch (order) {
            case NUMBER, TEXT -> value;
            case CAST_TEXT, WRITTEN_TEXT ->
                isUtf8 ? text(value) + " COLLATE \"C\"" : "convert_to(" + text(value) + ", 'UTF8')";
        };
    }

    /** Whether a value is the one that a text tells, in a way that an index can answer. */
    String equality(String value, String text, String type) {
        return order == Order.WRITTEN_TEXT ? text(value) + " = " + text : value + " = " + text + "::" + type;
    }
}
