package dev.zvpg.diff;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is different in the rows of one table. A partitioned table is one table, whichever partitions its rows are in.
 *
 * <p>Thread-safe, and of use for as long as the {@link dev.zvpg.Diff} is open.
 */
public interface TableDiff {

    /** How a table was compared. */
    enum Method {
        /** Only the pages were read in which the storage tells, or the commit log, that rows may differ. */
        TOUCHED_PAGES,
        /** Every row was read, because the table was rewritten, or the two have no known image in common. */
        FULL,
        /** Nothing was read; {@link TableDiff#reason()} says why. */
        NOT_COMPARED
    }

    /**
     * Returns the database that it is in.
     *
     * @return its name, of the later state where it was renamed
     */
    String database();

    /**
     * Returns its name.
     *
     * @return schema and name as PostgreSQL writes them, quoted where need be, such as {@code public.orders}; of the
     *     later state where it was renamed
     */
    String name();

    /**
     * Returns the columns that identify a row: the primary key, else the replica identity, else the first unique index
     * on columns that are not null.
     *
     * @return in the order of the key; empty where there is none, or not the same in both states. Then rows are counted,
     *     and an update is a deletion and an insertion, as it is where a key is written otherwise, also when the two are
     *     equal to PostgreSQL, such as 1.0 and 1.00
     */
    List<String> key();

    /**
     * Returns how it was compared.
     *
     * @return the method
     */
    Method method();

    /**
     * Returns why it was not compared.
     *
     * @return such as {@code unlogged}; empty when it was
     */
    Optional<String> reason();

    /**
     * Returns how many rows only the later state has.
     *
     * @return a number of rows
     */
    long inserted();

    /**
     * Returns how many rows have other values.
     *
     * @return a number of rows
     */
    long updated();

    /**
     * Returns how many rows only the earlier state has.
     *
     * @return a number of rows
     */
    long deleted();

    /**
     * Reads the rows that differ. They are read while the stream goes on, and no more than some of them are in memory
     * at once, however many there are.
     *
     * @return in the order of the key's bytes, or of its number; to be closed, unless it is read to its end. Each call
     *     reads anew, and finds the same
     * @throws dev.zvpg.error.ServerException when a server does not answer; the stream throws it too
     */
    Stream<RowChange> rows();
}
