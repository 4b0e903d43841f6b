package dev.zvpg.server;

import dev.zvpg.internal.io.DisplayText;
import dev.zvpg.remote.Remote;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * An existing database cluster that a new repository starts from. It is copied, and never written to.
 *
 * <pre>{@code
 * Zvpg.at(home).postgres(Postgres.onPath())
 *         .init(ClusterSource.directory(Path.of("/var/lib/postgresql/15/main")));
 * }</pre>
 *
 * <p>Immutable.
 */
public sealed interface ClusterSource {

    /** The highest port number. */
    int LAST_PORT = 65_535;

    /**
     * Names the files of a cluster whose server does not run.
     *
     * @param path its data directory, or the directory of a configuration file that names the data directory
     * @return a source
     */
    static ClusterSource directory(Path path) {
        return new Directory(path, Optional.empty());
    }

    /**
     * Names a cluster whose server runs, and goes on running undisturbed while it is copied.
     *
     * @param host where it listens: a name or an address, such as {@code db.example.org}, {@code 192.0.2.7},
     *     {@code ::1} or {@code [::1]}
     * @param port where it listens, 1 to 65,535
     * @param user a role that may log in to the database {@code postgres} and has the attribute {@code REPLICATION},
     *     such as a superuser
     * @param password its password; never part of a message or a command line
     * @return a source
     */
    static RunningServer server(String host, int port, String user, String password) {
        return new RunningServer(host, port, new Credentials(user, password), Optional.empty(), ServerSecurity.DEFAULT);
    }

    /**
     * Names a branch of another repository, from whose head the new one starts; the remote is called {@code origin}
     * there, and its history comes along.
     *
     * @param remote where the other repository is
     * @param branch what the branch is called there
     * @return a source
     */
    static RemoteBranch remote(Remote remote, String branch) {
        return new RemoteBranch(remote, branch);
    }

    /**
     * Takes another configuration: the copy gets its settings from this file, and not from the one that the cluster
     * uses. For settings that are too large for this machine, or that nobody can find.
     *
     * @param postgresqlConf a file in the format of {@code postgresql.conf}
     * @return a changed copy
     */
    ClusterSource configuration(Path postgresqlConf);

    /**
     * Returns the file that the copy's settings come from.
     *
     * @return empty when they come from the cluster's own
     */
    Optional<Path> configuration();

    /**
     * The files of a cluster whose server does not run.
     *
     * @param path its data directory, or the directory of a configuration file that names the data directory; absolute
     * @param configuration where the settings come from, unless they come from the cluster's own configuration
     */
    record Directory(Path path, Optional<Path> configuration) implements ClusterSource {

        /** Makes the paths absolute. */
        public Directory {
            path = path.toAbsolutePath().normalize();
            configuration = configuration.map(file -> file.toAbsolutePath().normalize());
        }

        @Override
        public ClusterSource configuration(Path postgresqlConf) {
            return new Directory(path, Optional.of(postgresqlConf));
        }

        @Override
        public String toString() {
            return path.toString();
        }
    }

    /**
     * A branch of another repository.
     *
     * @param remote where that is
     * @param branch what the branch is called there
     */
    record RemoteBranch(Remote remote, String branch) implements ClusterSource {

        /** Requires both. */
        public RemoteBranch {
            Objects.requireNonNull(remote, "remote");
            Objects.requireNonNull(branch, "branch");
        }

        /**
         * Refuses another configuration: what comes from another repository has its own.
         *
         * @throws IllegalArgumentException always; settings are chosen when the repository is made
         */
        @Override
        public ClusterSource configuration(Path postgresqlConf) {
            throw new IllegalArgumentException("a branch of another repository has its own configuration; "
                    + "choose single settings with Zvpg.setting(name, value)");
        }

        @Override
        public Optional<Path> configuration() {
            return Optional.empty();
        }

        @Override
        public String toString() {
            return branch + " of " + remote;
        }
    }

    /**
     * A cluster whose server runs.
     *
     * @param host where it listens
     * @param port where it listens, 1 to 65,535
     * @param credentials who connects to it
     * @param configuration where the settings come from, unless they come from the cluster's own configuration
     * @param security what the connection to it must be like
     */
    record RunningServer(
            String host, int port, Credentials credentials, Optional<Path> configuration, ServerSecurity security)
            implements ClusterSource {

        /** Checks the host and the port, and takes the brackets off an address. */
        public RunningServer {
            Objects.requireNonNull(credentials, "credentials");
            Objects.requireNonNull(security, "security");
            host = host.matches("\\[[^\\[\\]]*]") ? host.substring(1, host.length() - 1) : host;
            if (!host.matches("[A-Za-z0-9._:%-]+")) {
                throw new IllegalArgumentException("'" + DisplayText.firstLine(host)
                        + "' is no host; it is a name or an address, such as db.example.org, 192.0.2.7 or ::1");
            }
            if (port < 1 || port > LAST_PORT) {
                throw new IllegalArgumentException("port " + port + " is not between 1 and " + LAST_PORT);
            }
            configuration = configuration.map(file -> file.toAbsolutePath().normalize());
        }

        @Override
        public ClusterSource configuration(Path postgresqlConf) {
            return new RunningServer(host, port, credentials, Optional.of(postgresqlConf), security);
        }

        /**
         * Demands more of the connection.
         *
         * @param security what the connection must be like
         * @return a changed copy
         */
        public RunningServer security(ServerSecurity security) {
            return new RunningServer(host, port, credentials, configuration, security);
        }

        @Override
        public String toString() {
            return "the server on " + host + " port " + port;
        }
    }
}
