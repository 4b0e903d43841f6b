package dev.zvpg.server;

import dev.zvpg.error.Problem;
import dev.zvpg.error.ServerException;
import dev.zvpg.merge.MergeOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;

/**
 * A running database server. It listens on the loopback interface only; whether it outlives the JVM is said by the
 * {@link Lifetime} that it was started with.
 *
 * <p>Thread-safe.
 */
public interface Server {

    /**
     * Returns the port that it listens on.
     *
     * @return 1 to 65,535
     */
    int port();

    /**
     * Returns the process id of its main process.
     *
     * @return a positive number
     */
    long pid();

    /**
     * Returns the file that it writes its log to.
     *
     * @return an absolute path
     */
    Path logFile();

    /**
     * Returns who connects to it.
     *
     * @return a superuser
     */
    Credentials credentials();

    /**
     * Returns the JDBC URL of a database on it, without credentials.
     *
     * @param database the database's name, as it is (it is escaped here)
     * @return such as {@code jdbc:postgresql://127.0.0.1:6010/postgres?requireAuth=scram-sha-256}; more parameters
     *     follow after {@code &}
     */
    String jdbcUrl(String database);

    /**
     * Connects to a database on it as {@link #credentials()}.
     *
     * @param database the database's name
     * @return a source of plain connections, not pooled
     */
    DataSource dataSource(String database);

    /**
     * Tells whether it still runs.
     *
     * @return false once its main process has ended
     */
    boolean isRunning();

    /**
     * Tells what its start found in a copy that belonged to the original or could have reached out, and what was done
     * about it.
     *
     * @return empty unless this object comes from the first start of a copy
     */
    default List<Finding> findings() {
        return List.of();
    }

    /**
     * Waits until a server that was found answers, and does what is left of its start: whoever began it may have been
     * killed.
     *
     * @throws ServerException when it does not become ready in time
     */
    default void finishStart() {}

    /**
     * Vacuums and analyzes each database, so that whoever reads a row first does not change its page, and queries are
     * planned well. A table that cannot be analyzed is named in a warning of the log and left out, and so is a
     * database.
     */
    void tidy();

    /**
     * Writes everything in memory to the files, so that a snapshot taken next recovers fast.
     *
     * @throws ServerException when it does not answer
     */
    void checkpoint();

    /**
     * Waits until all that has been committed is in the files, to be found there by a recovery; also what was committed
     * asynchronously.
     *
     * @throws ServerException when it does not answer
     */
    default void flush() {
        checkpoint();
    }

    /**
     * Tells whether it puts on disk what a recovery needs before it goes on, as it must to survive a power cut.
     *
     * @return false when that is switched off
     * @throws ServerException when it does not answer
     */
    default boolean syncs() {
        return true;
    }

    /**
     * Tells what a snapshot of the running server's files does not have, because the server keeps it only while it
     * runs.
     *
     * @return such as the rows of unlogged tables, with what becomes of them; by default nothing
     * @throws ServerException when it does not answer
     */
    default List<Finding> leftOut() {
        return List.of();
    }

    /**
     * Looks for what is wrong with it while it runs, or with the databases in it, and changes nothing.
     *
     * @return what was found, each with advice; by default nothing
     * @throws ServerException when it does not answer
     */
    default List<Problem> problems() {
        return List.of();
    }

    /**
     * Tells how far it is at this moment. What has ended by then may not have reached the files; {@link #flush} and
     * {@link #checkpoint} see to that.
     *
     * @return the position
     * @throws ServerException when it does not answer
     */
    Position position();

    /**
     * Begins an online backup: until {@link Backup#finish} its files may be copied in any order while sessions keep
     * writing.
     *
     * @param label what names the backup in the server's log and in the copy
     * @return the backup, to be closed
     * @throws ServerException when it does not answer, or cannot be backed up
     */
    Backup startBackup(String label);

    /**
     * Stops it: sessions are ended, transactions in progress roll back, and a last checkpoint is written. Does nothing
     * when it has ended already.
     *
     * @throws ServerException when it does not end; carries its last log lines
     */
    void stop();

    /**
     * Ends it without a last checkpoint, as a crash would: for a server whose data will be thrown away. Nothing
     * committed is lost unless it runs with settings that allow that. Does nothing when it has ended already.
     *
     * @throws ServerException when it does not end; carries its last log lines
     */
    default void stopAtOnce() {
        stop();
    }

    /**
     * Notes all that somebody could change on the server or in its files, so that it can be told later whether somebody
     * did.
     *
     * @return the baseline of this moment; by default one that never can tell, and so never holds
     * @throws ServerException when it does not answer
     */
    default Baseline baseline() {
        return () -> false;
    }

    /**
     * Holds on to what its databases have at this moment, for a comparison, and sees to it that all of that is in its
     * files.
     *
     * @return the content, to be closed
     * @throws ServerException when it does not answer
     * @throws UnsupportedOperationException when this kind of server cannot be compared, as by default
     */
    default ServerContent content() {
        throw new UnsupportedOperationException(this + " cannot be compared");
    }

    /**
     * Finds out which changes of definitions lead from one server's databases to another's, so that a merge makes them in
     * databases like this server's. All three run on copies that are thrown away: what is called otherwise in one of them
     * is renamed in all, and the base gets the changes, so that their rows can be compared afterwards.
     *
     * @param base what the branch that is merged and this server's were when they parted
     * @param theirs what the branch that is merged has
     * @return the changes
     * @throws ServerException when one of them does not answer
     * @throws dev.zvpg.error.ConfigurationException when a library is missing that writes them as statements
     * @throws UnsupportedOperationException when this kind of server cannot be merged into, as by default
     */
    default ServerMerge.Definitions definitions(Server base, Server theirs) {
        throw new UnsupportedOperationException(this + " cannot be merged into");
    }

    /**
     * Gives its databases the definitions that a later state has. It runs on a copy that is thrown away.
     *
     * @param later what has the later state, and is only read
     * @param common what has the state that the files of both began as; empty where that is not known
     * @return what was done, for {@link #writeScript}
     * @throws ServerException when one of them does not answer
     * @throws dev.zvpg.error.ConfigurationException when a library is missing that writes definitions as statements
     * @throws UnsupportedOperationException when this kind of server does not write scripts, as by default
     */
    default ServerMerge.Definitions redefine(Server later, Optional<Server> common) {
        throw new UnsupportedOperationException(this + " does not write scripts");
    }

    /**
     * Writes the statements that make of an earlier state of one of its databases what this server has.
     *
     * @param changes what is different between the two where both have the same definitions
     * @param definitions what gave the earlier one these
     * @param database its name here
     * @param out what they are written to
     * @throws ServerException when it does not answer, or the definitions cannot be made
     * @throws UnsupportedOperationException when this kind of server does not write scripts, as by default
     * @throws IOException when {@code out} refuses
     */
    default void writeScript(
            ServerContent.Comparison changes, ServerMerge.Definitions definitions, String database, Appendable out)
            throws IOException {
        throw new UnsupportedOperationException(this + " does not write scripts");
    }

    /**
     * Makes in its databases what a branch has changed since it and this server's parted, without committing it.
     *
     * @param changes what the branch has, compared with each of the states where the two parted; usually there is one
     * @param definitions the changes of definitions that come with it, which the states in {@code changes} have already
     * @param options how conflicts are resolved
     * @param done the databases that have it already, and are left as they are
     * @return the merge, to be committed or closed
     * @throws ServerException when it does not answer
     * @throws dev.zvpg.error.InUseException when a lock cannot be had in time; the message says who holds it
     * @throws IllegalArgumentException when an option names neither a table nor a column, or a resolver gives what is
     *     no value of the column's type
     * @throws UnsupportedOperationException when this kind of server cannot be merged into, as by default
     */
    default ServerMerge merge(
            List<ServerContent.Comparison> changes,
            ServerMerge.Definitions definitions,
            MergeOptions options,
            Set<String> done) {
        throw new UnsupportedOperationException(this + " cannot be merged into");
    }

    /**
     * Tells what became of a merge that was begun on this server's data, perhaps before it was started the last time.
     * Waits for transactions that are about to end.
     *
     * @param transactions what {@link ServerMerge#transactions} returned
     * @return in which databases it was committed
     * @throws ServerException when it does not answer, or the transactions do not end
     * @throws UnsupportedOperationException when this kind of server cannot be merged into, as by default
     */
    default ServerMerge.Outcome outcome(String transactions) {
        throw new UnsupportedOperationException(this + " cannot be merged into");
    }
}
