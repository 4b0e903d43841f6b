package dev.zvpg.postgres.diff;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes names and values into statements that take no parameters. The session has standard strings. */
public final class Quoted {

    private Quoted() {}

    public static String name(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    public static String literal(@Nullable String value) {
        return value == null ? "NULL" : "'" + value.replace("'", "''") + "'";
    }

    static String texts(List<? extends @Nullable String> values) {
        return values.stream().map(Quoted::literal).collect(Collectors.joining(",", "ARRAY[", "]::text[]"));
    }
}
