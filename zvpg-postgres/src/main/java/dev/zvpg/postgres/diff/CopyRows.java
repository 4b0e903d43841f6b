package dev.zvpg.postgres.diff;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Reads what a query finds as the server's own text, row by row, without holding more than one of them. The server
 * works on the query from the beginning on, also while nobody reads. Confined to one thread.
 */
public final class CopyRows implements AutoCloseable {

    private final CopyOut copy;

    /** Begins to run a query that takes no parameters. */
    public CopyRows(Connection connection, String query) throws SQLException {
        this.copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut("COPY (" + query + ") TO STDOUT");
    }

    /** The fields of the next row, each null for NULL; null behind the last one. */
    byte @Nullable [] @Nullable [] next() throws SQLException {
        byte[] line = copy.readFromCopy();
        return line == null ? null : CopyText.fields(line);
    }

    /** The same as text. */
    public @Nullable List<@Nullable String> nextTexts() throws SQLException {
        byte[] line = copy.readFromCopy();
        return line == null ? null : CopyText.texts(line);
    }

    /** Ends the query, also before its end. */
    @Override
    public void close() throws SQLException {
        if (copy.isActive()) {
            copy.cancelCopy();
        }
    }
}
