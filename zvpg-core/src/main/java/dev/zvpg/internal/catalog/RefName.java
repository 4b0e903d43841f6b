package dev.zvpg.internal.catalog;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * The rules for the names of branches, snapshots and clones: those of git-check-ref-format(1), and two more. {@code @}
 * is never allowed, because {@code branch@snapshot} is how a snapshot is written, and a name has at most 200 bytes of
 * UTF-8. Thread-safe.
 */
public final class RefName {

    /** The snapshot name that stands for the newest one of a branch. */
    static final String LATEST = "latest";

    static final int MAX_BYTES = 200;

    private static final Pattern FORBIDDEN = Pattern.compile("[\\x00-\\x20\\x7f~^:?*\\[\\\\@]");

    private RefName() {}

    public static String branch(String name) {
        return checked("branch", name);
    }

    static String clone(String name) {
        return checked("clone", name);
    }

    public static String snapshot(String name) {
        if (name.equals(LATEST)) {
            throw invalid("snapshot", name, "it stands for the newest snapshot of a branch");
        }
        return checked("snapshot", name);
    }

    private static String checked(String kind, String name) {
        if (name.isEmpty()) {
            throw invalid(kind, name, "it is empty");
        }
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_BYTES) {
            throw invalid(kind, name, "it has " + bytes + " bytes, more than " + MAX_BYTES);
        }
        var forbidden = FORBIDDEN.matcher(name);
        if (forbidden.find()) {
            throw invalid(
                    kind, name, "it contains " + describe(forbidden.group().charAt(0)));
        }
        if (name.startsWith("-")) {
            throw invalid(kind, name, "it begins with '-'");
        }
        if (name.endsWith(".")) {
            throw invalid(kind, name, "it ends with '.'");
        }
        if (name.contains("..")) {
            throw invalid(kind, name, "it contains '..'");
        }
        for (String component : name.split("/", -1)) {
            if (component.isEmpty()) {
                throw invalid(kind, name, "it begins or ends with '/' or contains '//'");
            }
            if (component.startsWith(".")) {
                throw invalid(kind, name, "a part of it begins with '.'");
            }
            if (component.endsWith(".lock")) {
                throw invalid(kind, name, "a part of it ends with '.lock'");
            }
        }
        return name;
    }

    private static String describe(char c) {
        if (c == ' ') {
            return "a space";
        }
        return c < ' ' || c == '\u007f' ? "a control character" : "'" + c + "'";
    }

    private static IllegalArgumentException invalid(String kind, String name, String reason) {
        return new IllegalArgumentException("'" + name + "' is not a " + kind + " name: " + reason
                + "; choose a name by git's rules for refs, without '@'");
    }
}
