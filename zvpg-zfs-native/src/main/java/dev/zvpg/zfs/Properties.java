package dev.zvpg.zfs;

import dev.zvpg.error.ConfigurationException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Native properties from their text: libzfs_core takes the kernel's numbers only. The numbers are those of OpenZFS 2.0
 * and later ({@code zfs_prop.c}), where they are part of the format on disk and so never change.
 *
 * <p>Thread-safe.
 */
final class Properties {

    private static final Map<String, Long> SWITCH = Map.of("off", 0L, "on", 1L);
    private static final Map<String, Long> CACHE = Map.of("none", 0L, "metadata", 1L, "all", 2L);
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,15})([KMGT]?)");

    private static final Map<String, Map<String, Long>> WORDS = Map.ofEntries(
            Map.entry("atime", SWITCH),
            Map.entry("relatime", SWITCH),
            Map.entry("xattr", Map.of("off", 0L, "on", 1L, "dir", 1L, "sa", 2L)),
            Map.entry("logbias", Map.of("latency", 0L, "throughput", 1L)),
            Map.entry("sync", Map.of("standard", 0L, "always", 1L, "disabled", 2L)),
            Map.entry("primarycache", CACHE),
            Map.entry("secondarycache", CACHE),
            Map.entry("redundant_metadata", Map.of("all", 0L, "most", 1L)),
            Map.entry("copies", Map.of("1", 1L, "2", 2L, "3", 3L)),
            Map.entry("compression", Map.of("on", 1L, "off", 2L, "gzip", 10L, "zle", 14L, "lz4", 15L, "zstd", 16L)));

    private static final TreeSet<String> SIZES =
            new TreeSet<>(java.util.Set.of("recordsize", "quota", "reservation", "special_small_blocks"));

    private Properties() {}

    /**
     * As libzfs_core takes them.
     *
     * @throws ConfigurationException when a name or a value is not known; the message says what is
     */
    static Map<String, Object> encode(Map<String, String> properties) {
        Map<String, Object> encoded = new HashMap<>();
        properties.forEach((name, value) -> encoded.put(name, encode(name, value)));
        return encoded;
    }

    private static Object encode(String name, String value) {
        if (name.contains(":")) {
            return value; // a user property
        }
        Map<String, Long> words = WORDS.get(name);
        if (words != null) {
            Long number = words.get(value);
            if (number == null) {
                throw unknown(name, value, String.join(", ", new TreeSet<>(words.keySet())));
            }
            return number;
        }
        if (SIZES.contains(name)) {
            return size(name, value);
        }
        TreeSet<String> known = new TreeSet<>(WORDS.keySet());
        known.addAll(SIZES);
        throw new ConfigurationException(
                "the ZFS property " + name + " is not one that ZVPG can set; it can set " + String.join(", ", known)
                        + " and user properties",
                "for any other, create the dataset with zfs create");
    }

    private static long size(String name, String value) {
        Matcher size = SIZE.matcher(value.toUpperCase(Locale.ROOT));
        if (!size.matches()) {
            throw unknown(name, value, "a number of bytes, with K, M, G or T behind it or not");
        }
        int shift = size.group(2).isEmpty() ? 0 : 10 * (1 + "KMGT".indexOf(size.group(2)));
        long number = Long.parseLong(size.group(1));
        if (number > Long.MAX_VALUE >> shift) {
            throw unknown(name, value, "at most " + (Long.MAX_VALUE >> shift) + size.group(2));
        }
        return number << shift;
    }

    private static ConfigurationException unknown(String name, String value, String allowed) {
        return new ConfigurationException(
                "the ZFS property " + name + " cannot be '" + value + "'", "allowed: " + allowed);
    }
}
