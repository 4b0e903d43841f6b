package dev.zvpg.internal.io;

import java.util.List;

/**
 * Makes free text fit to be shown: messages may hold anything, also what would take over a terminal or break a
 * document. Thread-safe.
 */
public final class DisplayText {

    /** How many names a message lists. */
    private static final int NAMES = 20;

    private static final int MOST = 72;

    private DisplayText() {}

    /** The first line, cut at 72 characters, without control characters. */
    public static String firstLine(String text) {
        String line = text.strip().lines().findFirst().orElse("");
        String shown = withoutControls(line).strip();
        if (shown.codePointCount(0, shown.length()) <= MOST) {
            return shown;
        }
        return shown.substring(0, shown.offsetByCodePoints(0, MOST - 1)).stripTrailing() + "…";
    }

    /**
     * Every line; what controls a terminal or the direction of writing is replaced, and so is what no XML document may
     * hold.
     */
    public static String withoutControls(String text) {
        StringBuilder plain = new StringBuilder();
        text.codePoints()
                .forEach(c -> plain.appendCodePoint(c == '\n' || !isControl(c) ? c : c == '\t' ? ' ' : '\uFFFD'));
        return plain.toString();
    }

    private static boolean isControl(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                true;
            // overrides of the direction of writing; joiners and the like belong to words
            case Character.FORMAT -> (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
            default -> c == 0xFFFE || c == 0xFFFF;
        };
    }

    /** Tells whoever named something that is not there what there is: all of few, and of many the last. */
    public static String whatThereIs(List<String> names) {
        return names.isEmpty()
                ? "there is none"
                : names.size() <= NAMES
                        ? "there are " + String.join(", ", names)
                        : "there are " + names.size() + ", the newest is " + names.get(names.size() - 1);
    }

    /** The columns that text takes in a font of fixed width. */
    public static int columns(String text) {
        return text.codePoints().map(c -> isWide(c) ? 2 : 1).sum();
    }

    private static boolean isWide(int c) {
        return switch (Character.UnicodeScript.of(c)) {
            case HAN, HIRAGANA, KATAKANA, HANGUL -> true;
            default -> (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0xFF01 && c <= 0xFF60);
        };
    }
}
