package dev.zvpg.examples.cli.text;

import java.util.Locale;
import java.util.OptionalLong;

/** Numbers of bytes for people, in powers of 1,024. */
public final class Bytes {

    private static final String[] UNITS = {"KB", "MB", "GB", "TB", "PB", "EB"};

    private Bytes() {}

    /** Such as {@code 39.4 MB}. */
    public static String text(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double value = bytes;
        int unit = -1;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }

    /** Returns the same, and nothing where the storage does not tell. */
    public static String text(OptionalLong bytes) {
        return bytes.isPresent() ? text(bytes.getAsLong()) : "";
    }
}
