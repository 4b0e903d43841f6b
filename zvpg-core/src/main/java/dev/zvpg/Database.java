package dev.zvpg;

import dev.zvpg.error.ServerException;
import dev.zvpg.server.Credentials;
import javax.sql.DataSource;

/**
 * Something to connect to: a {@link WorkingCopy} whose server runs, that {@linkplain RunningServer server}, or a
 * {@link ScratchClone}.
 *
 * <p>Thread-safe.
 */
public sealed interface Database permits WorkingCopy, RunningServer, ScratchClone {

    /** The database that every cluster has, and that {@link #jdbcUrl()} and {@link #dataSource()} connect to. */
    String DEFAULT_DATABASE = "postgres";

    /**
     * Returns the JDBC URL of the default database, without credentials.
     *
     * @return such as {@code jdbc:postgresql://127.0.0.1:6010/postgres?requireAuth=scram-sha-256}; more parameters
     *     follow after {@code &}
     * @throws ServerException when its server does not run
     */
    default String jdbcUrl() {
        return jdbcUrl(DEFAULT_DATABASE);
    }

    /**
     * Returns the JDBC URL of a database, without credentials.
     *
     * @param database the database's name, as it is (it is escaped here); whether there is one is not looked at
     * @return as {@link #jdbcUrl()} does
     * @throws ServerException when its server does not run
     */
    String jdbcUrl(String database);

    /**
     * Connects to the default database as {@link #credentials()}.
     *
     * @return a source of plain connections, not pooled
     * @throws ServerException when its server does not run
     */
    default DataSource dataSource() {
        return dataSource(DEFAULT_DATABASE);
    }

    /**
     * Connects to a database as {@link #credentials()}.
     *
     * @param database the database's name; whether there is one is not looked at
     * @return a source of plain connections, not pooled
     * @throws ServerException when its server does not run
     */
    DataSource dataSource(String database);

    /**
     * Returns who connects.
     *
     * @return the superuser, the same for the whole repository
     */
    Credentials credentials();
}
