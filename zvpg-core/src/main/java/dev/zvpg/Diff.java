package dev.zvpg;

import dev.zvpg.diff.DiffStat;
import dev.zvpg.diff.SchemaChange;
import dev.zvpg.diff.SequenceDiff;
import dev.zvpg.diff.TableDiff;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ServerException;
import dev.zvpg.internal.catalog.Lookup;
import dev.zvpg.internal.comparison.OpenDiff;
import dev.zvpg.internal.engine.Operations;
import dev.zvpg.internal.engine.Revision;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What is different between two states of a cluster. It holds servers on both, from which rows are read, so it has to
 * be closed; with the repository it ends at the latest.
 *
 * <pre>{@code
 * try (Diff diff = main.diff(feature)) {
 *     System.out.println(diff.stat());
 *     try (Stream<RowChange> rows = diff.table("public.orders").rows()) {
 *         rows.forEach(System.out::println);
 *     }
 * }
 * }</pre>
 *
 * <p>The servers are scratch clones, so nobody waits for the comparison: what a branch or clone holds and no snapshot has
 * yet is taken in a snapshot that is gone when the comparison is made, and its own server goes on. A
 * {@link ScratchClone} is read itself: what changes definitions in it waits until the comparison is closed.
 *
 * <p>Compared are the rows of tables in all databases that can be connected to, large objects, and where sequences
 * stand. What is not compared is among the {@link #tables()} with the reason. Of a table whose columns differ, those are
 * compared that both have. {@link #schema()} tells which definitions differ, in these databases and of the whole cluster:
 * what PostgreSQL's catalogs say, without what it keeps there for itself, such as statistics and where files are.
 *
 * <p>Thread-safe.
 */
public final class Diff implements AutoCloseable {

    private final OpenDiff opened;
    private final AtomicBoolean closed = new AtomicBoolean();

    Diff(Operations operations, Revision before, Operations others, Revision after) {
        if (!operations.context().repositoryId().equals(others.context().repositoryId())) {
            throw new IllegalArgumentException("what is compared has to be of one repository, and not of "
                    + operations.context().home().root() + " and "
                    + others.context().home().root());
        }
        this.opened = operations.diffs().compare(before, after);
    }

    /**
     * Returns the sums.
     *
     * @return how many tables, rows and definitions differ
     */
    public DiffStat stat() {
        return DiffStat.of(tables(), schema());
    }

    /**
     * Returns the tables whose rows differ, and those that were not compared.
     *
     * @return by database and name
     */
    public List<TableDiff> tables() {
        return opened.comparison().tables();
    }

    /**
     * Returns what is different in one table.
     *
     * @param name schema and name as PostgreSQL writes them, such as {@code public.orders}
     * @return the table
     * @throws NotFoundException when there is no such table among {@link #tables()}, or several databases have one
     */
    public TableDiff table(String name) {
        List<TableDiff> found =
                tables().stream().filter(table -> table.name().equals(name)).toList();
        if (found.size() == 1) {
            return found.get(0);
        }
        if (found.isEmpty()) {
            List<String> names = tables().stream().map(TableDiff::name).toList();
            throw new NotFoundException(
                    "nothing is different in a table " + name,
                    names.isEmpty()
                            ? "no table is different"
                            : "choose among those that differ: " + Lookup.list(names));
        }
        throw new NotFoundException(
                "table " + name + " is different in several databases: "
                        + String.join(
                                ", ", found.stream().map(TableDiff::database).toList()),
                "choose among tables()");
    }

    /**
     * Returns the sequences that stand elsewhere.
     *
     * @return by database and name
     */
    public List<SequenceDiff> sequences() {
        return opened.comparison().sequences();
    }

    /**
     * Returns the definitions that differ: tables, columns, functions, privileges, comments and all else that the catalogs
     * of a database hold, and roles, databases, tablespaces and settings of the cluster. Not told are the order of a
     * table's columns, which index it is clustered by, owners and privileges of large objects, and what
     * {@code ALTER ROLE ALL} sets for all databases.
     *
     * @return by database, those of the whole cluster first, kind and identity
     */
    public List<SchemaChange> schema() {
        return opened.comparison().schema();
    }

    /**
     * Writes statements that make of the earlier state the later one, where one database is different. See
     * {@link #toSql(String, Appendable)}.
     *
     * @param out what they are written to
     * @throws NotFoundException when several databases are different
     * @throws IOException when {@code out} refuses
     */
    public void toSql(Appendable out) throws IOException {
        Set<String> databases = new TreeSet<>();
        tables().stream()
                .filter(table -> table.method() != TableDiff.Method.NOT_COMPARED) // nobody knows
                .forEach(table -> databases.add(table.database()));
        sequences().forEach(sequence -> databases.add(sequence.database()));
        schema().forEach(change -> databases.add(change.database()));
        databases.remove(""); // the whole cluster
        if (databases.size() > 1) {
            throw new NotFoundException(
                    "several databases are different: " + Lookup.list(List.copyOf(databases)),
                    "say which one the statements are to be for");
        }
        if (databases.isEmpty()) {
            out.append("-- No database is different.\n");
        } else {
            toSql(databases.iterator().next(), out);
        }
    }

    /**
     * Writes statements that make of a database of the earlier state what it is in the later one: definitions first, then
     * rows and where sequences stand, in one transaction. They are for a database as it was in the earlier state, in any
     * client that stops at the first error ({@code psql -X -v ON_ERROR_STOP=1 -f FILE}); into one that has moved since,
     * {@link Branch#merge(Branch) merge}. What they leave as it is, such as roles and what was not compared, is said in
     * comments at their beginning.
     *
     * <p>A superuser has to run them: neither triggers nor foreign keys act on what is written, because the rows of the later
     * state have all that came of these. Values of enumerations are added before the transaction, as PostgreSQL demands it.
     * The statements are written while rows are read, so no more than some of them are in memory at once.
     *
     * @param database its name in the later state
     * @param out what they are written to, as text whose lines end in {@code \n}
     * @throws ConfigurationException when definitions differ beyond their names, and the library is missing that writes them as
     *     statements; the message names its coordinates
     * @throws ServerException when a server does not answer, or definitions cannot be written as statements
     * @throws IOException when {@code out} refuses
     */
    public void toSql(String database, Appendable out) throws IOException {
        opened.writeScript(database, out);
    }

    /** Ends the servers that were started for it. Idempotent. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            opened.close();
        }
    }

    @Override
    public String toString() {
        return stat().toString();
    }
}
