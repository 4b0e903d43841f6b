package dev.zvpg.storage;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The bounds that every storage puts on attributes: those of ZFS user properties, the narrowest in the field.
 *
 * <p>Thread-safe.
 */
public final class Attributes {

    /**
     * The most bytes of UTF-8 that a value may have: 8,191. From ZFS ({@code ZAP_MAXVALUELEN} less the closing zero;
     * zfsprops(7), "User Properties").
     */
    public static final int MAX_VALUE_BYTES = 8191;

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");

    private Attributes() {}

    /**
     * Checks names (lower-case ASCII letters, digits and hyphens, beginning with a letter, at most 63) and values (at
     * most {@value #MAX_VALUE_BYTES} bytes, no zero character, no half of a surrogate pair).
     *
     * @param attributes what to check
     * @return an immutable copy
     * @throws IllegalArgumentException when a name or value is out of bounds; the message names it
     */
    public static Map<String, String> checked(Map<String, String> attributes) {
        attributes.forEach((name, value) -> {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("'" + name
                        + "' is not an attribute name; allowed are 1 to 63 lower-case letters, digits and hyphens, "
                        + "the first one a letter");
            }
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            if (bytes.length > MAX_VALUE_BYTES) {
                throw new IllegalArgumentException("the value of attribute " + name + " has " + bytes.length
                        + " bytes of UTF-8; at most " + MAX_VALUE_BYTES + " are allowed");
            }
            if (!new String(bytes, StandardCharsets.UTF_8).equals(value)) {
                throw new IllegalArgumentException(
                        "the value of attribute " + name + " contains half a surrogate pair, which UTF-8 cannot hold");
            }
            if (value.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("the value of attribute " + name + " contains a zero character");
            }
        });
        return Map.copyOf(attributes);
    }
}
