package dev.zvpg.postgres.diff;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows as COPY writes and reads them; see "Text Format" of COPY in PostgreSQL's manual. */
public final class CopyText {

    private CopyText() {}

    /** The fields of a line, each null for NULL. */
    static byte[] @Nullable [] fields(byte[] line) {
        int end = line.length;
        if (end > 0 && line[end - 1] == '\n') {
            end--;
        }
        int count = 1;
        for (int i = 0; i < end; i++) {
            if (line[i] == '\t') {
                count++;
            }
        }
        byte[] @Nullable [] fields = new byte[count][];
        int begin = 0;
        for (int field = 0; field < count; field++) {
            int stop = begin;
            while (stop < end && line[stop] != '\t') {
                stop++;
            }
            fields[field] = field(line, begin, stop);
            begin = stop + 1;
        }
        return fields;
    }

    private static byte @Nullable [] field(byte[] line, int begin, int end) {
        if (end - begin == 2 && line[begin] == '\\' && line[begin + 1] == 'N') {
            return null;
        }
        byte[] field = new byte[end - begin];
        int length = 0;
        for (int i = begin; i < end; i++) {
            byte each = line[i];
            if (each == '\\') {
                each = unescaped(line[++i]);
            }
            field[length++] = each;
        }
        return length == field.length ? field : Arrays.copyOf(field, length);
    }

    private static byte unescaped(byte letter) {
        return switch (letter) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> 0x0B;
            default -> letter;
        };
    }

    /** The fields of a line as text. */
    static List<@Nullable String> texts(byte[] line) {
        byte[] @Nullable [] fields = fields(line);
        List<@Nullable String> texts = new ArrayList<>(fields.length);
        for (byte[] field : fields) {
            texts.add(field == null ? null : new String(field, StandardCharsets.UTF_8));
        }
        return texts;
    }

    /** The values of a row that {@link #line} wrote. */
    public static List<@Nullable String> values(String line) {
        return texts(line.getBytes(StandardCharsets.UTF_8));
    }

    /** A row without the end of its line. */
    public static String line(List<? extends @Nullable String> values) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < values.size(); i++) {
            if (i > 0) {
                line.append('\t');
            }
            append(line, values.get(i));
        }
        return line.toString();
    }

    private static void append(StringBuilder line, @Nullable String value) {
        if (value == null) {
            line.append("\\N");
            return;
        }
        for (int i = 0; i < value.length(); i++) {
            char each = value.charAt(i);
            switch (each) {
                case '\\' -> line.append("\\\\");
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> line.append(each);
            }
        }
    }
}
