package dev.zvpg.postgres.diff;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Reads what a query finds as the server's own text, row by row, without holding more than one of them. The server
 * works on the query from the beginning on, also while nobody reads. Confined to one thread.
 */
final class CopyRows implements AutoCloseable {

    private final CopyOut copy;

    /** Begins to run a query that takes no parameters. */
    CopyRows(Connection connection, String query) throws SQLException {
        this.copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut("COPY (" + query + ") TO STDOUT");
    }

    /** The fields of the next row, each null for NULL; null behind the last one. */
    byte @Nullable [] @Nullable [] next() throws SQLException {
        byte[] line = copy.readFromCopy();
        return line == null ? null : fields(line);
    }

    /** The same as text. */
    @Nullable
    List<@Nullable String> nextTexts() throws SQLException {
        byte[][] fields = next();
        if (fields == null) {
            return null;
        }
        List<@Nullable String> texts = new ArrayList<>(fields.length);
        for (byte[] field : fields) {
            texts.add(field == null ? null : new String(field, StandardCharsets.UTF_8));
        }
        return texts;
    }

    private static byte @Nullable [][] fields(byte[] line) {
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
        byte[][] fields = new byte[count][];
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

    /** What COPY writes with a backslash in front; see "Text Format" of COPY in PostgreSQL's manual. */
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

    /** Ends the query, also before its end. */
    @Override
    public void close() throws SQLException {
        if (copy.isActive()) {
            copy.cancelCopy();
        }
    }
}
