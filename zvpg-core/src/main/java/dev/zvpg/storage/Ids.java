package dev.zvpg.storage;

import java.security.SecureRandom;
import java.util.Locale;
import java.util.regex.Pattern;

/** What {@link VolumeId} and {@link SnapshotId} share. Thread-safe. */
final class Ids {

    private static final Pattern VALID = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
    private static final int HINT_LENGTH = 40;
    private static final int UNIQUE_LENGTH = 16; // 82 bits: they meet those of other storages, which nobody has asked
    private static final SecureRandom RANDOM = new SecureRandom();

    private Ids() {}

    static void check(String value) {
        if (!VALID.matcher(value).matches()) {
            throw new IllegalArgumentException("'" + value
                    + "' is not a storage identity; allowed are 1 to 63 lower-case letters, digits and hyphens, "
                    + "the first one no hyphen");
        }
    }

    static String generate(String hint) {
        String readable =
                hint.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+", "");
        StringBuilder id = new StringBuilder(readable.substring(0, Math.min(HINT_LENGTH, readable.length())));
        if (!id.isEmpty() && id.charAt(id.length() - 1) != '-') {
            id.append('-');
        }
        for (int i = 0; i < UNIQUE_LENGTH; i++) {
            id.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
        }
        return id.toString();
    }
}
