package dev.zvpg.examples.cli.text;

import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes values of columns on one line, none of them longer than a glance. Thread-safe. */
public final class Values {

    private static final int MOST_CHARACTERS = 60;

    private Values() {}

    /** Such as {@code id=3 name=Ada}. */
    public static String text(Map<String, ? extends @Nullable String> values) {
        return values.entrySet().stream()
                .map(each -> each.getKey() + "=" + text(each.getValue()))
                .collect(Collectors.joining(" "));
    }

    /** Returns one value. */
    public static String text(@Nullable String value) {
        return value == null ? "NULL" : shortened(value);
    }

    static String shortened(String text) {
        return text.length() > MOST_CHARACTERS ? text.substring(0, MOST_CHARACTERS) + "…" : text;
    }
}
