package dev.zvpg.postgres.install;

import java.util.Arrays;
import java.util.Comparator;
import java.util.regex.Pattern;

/** The order of version numbers, and of names that contain them. */
final class Versions {

    private static final Pattern NOT_DIGITS = Pattern.compile("\\D+");

    /** By the numbers in the text, one after the other. */
    static final Comparator<String> NEWEST_FIRST =
            Comparator.comparing(Versions::numbers, Arrays::compare).reversed();

    private Versions() {}

    private static int[] numbers(String text) {
        return NOT_DIGITS
                .splitAsStream(text)
                .filter(digits -> !digits.isEmpty() && digits.length() < 9)
                .mapToInt(Integer::parseInt)
                .toArray();
    }
}
