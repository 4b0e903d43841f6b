package dev.zvpg.postgres.ddl;

import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Columns that statements name. Immutable. */
public record NamedColumns(List<Named> columns) {

    static final NamedColumns NONE = new NamedColumns(List.of());

    /** In a table, and in those that inherit from it. */
    private static final String FOUND = """
            WITH RECURSIVE heap(oid) AS (
                SELECT to_regclass(%s)::oid UNION SELECT i.inhrelid FROM pg_inherits i JOIN heap h ON i.inhparent = h.oid)
            SELECT a.attrelid::int8 || ' ' || a.attnum FROM pg_attribute a JOIN heap h ON a.attrelid = h.oid
            WHERE a.attname = (parse_ident(%s))[1] AND a.attnum > 0 AND NOT a.attisdropped
            """;

    private static final String IS_THERE = """
            SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = (parse_ident(%s))[1]
                AND attnum > 0 AND NOT attisdropped)
            """;

    /** A column and its table, as statements write them. Immutable. */
    public record Named(String table, String column) {

        /** Whether the table itself has the column, and not only what inherits from it. */
        boolean isThere(Connection connection) throws SQLException {
            String query = IS_THERE.formatted(Quoted.literal(table), Quoted.literal(column));
            return Sessions.column(connection, query).equals(List.of("t"));
        }
    }

    /** The columns that are there, each as the numbers of its table and of itself. */
    public Set<Place> in(Connection connection) throws SQLException {
        Set<Place> places = new HashSet<>();
        for (Named each : columns) {
            String query = FOUND.formatted(Quoted.literal(each.table()), Quoted.literal(each.column()));
            for (String place : Sessions.column(connection, query)) {
                String[] numbers = place.split(" ", -1);
                places.add(new Place(Long.parseLong(numbers[0]), Integer.parseInt(numbers[1])));
            }
        }
        return places;
    }

    /** A column of a table. Immutable. */
    public record Place(long table, int column) {}
}
