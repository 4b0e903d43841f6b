package dev.zvpg.examples.cli.text;

/**
 * Makes text that nobody but its writer has seen fit for a terminal: what would move its cursor, change its title or
 * turn the direction of writing is shown instead of done.
 */
public final class Printable {

    private Printable() {}

    /**
     * Returns the text with {@code \\x1b} and the like where there was a control character; line breaks and tabs stay.
     */
    public static String of(String text) {
        if (text.codePoints().noneMatch(Printable::isControl)) {
            return text;
        }
        StringBuilder shown = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (isControl(c)) {
                shown.append(c > 0xFF ? String.format("\\u%04x", c) : String.format("\\x%02x", c));
            } else {
                shown.appendCodePoint(c);
            }
        });
        return shown.toString();
    }

    private static boolean isControl(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL -> c != '\n' && c != '\t';
            case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE -> true;
            // overrides of the direction of writing; joiners and the like belong to words
            case Character.FORMAT -> (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
            default -> false;
        };
    }
}
