package dev.zvpg.examples.cli;

import dev.zvpg.ClusterSource;
import dev.zvpg.ConfigurationException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbcurlresolver.PgPassParser;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The existing cluster that a repository starts from. Confined to one thread. */
final class Origin {

    private static final String DEFAULT_PORT = "5432";

    @Option(
            names = "--from-directory",
            paramLabel = "DIR",
            required = true,
            description = "the data directory of a stopped server, or its directory of configuration files")
    private Optional<Path> directory = Optional.empty();

    @ArgGroup(exclusive = false)
    private @Nullable RunningServer server;

    /** A running one. */
    static final class RunningServer {

        @Option(
                names = "--from-server",
                paramLabel = "HOST[:PORT]",
                required = true,
                description =
                        "a running server; its password is taken from the environment variable PGPASSWORD, or from "
                                + "the file that PGPASSFILE names, ~/.pgpass without it")
        private String address = "";

        @Option(
                names = "--from-user",
                paramLabel = "ROLE",
                defaultValue = "postgres",
                description = "a role that may replicate; ${DEFAULT-VALUE} without this")
        private String user = "postgres";

        ClusterSource source() {
            int colon = address.startsWith("[") ? address.indexOf("]:") + 1 : address.lastIndexOf(':');
            String host = colon > 0 ? address.substring(0, colon) : address;
            String port = colon > 0 ? address.substring(colon + 1) : DEFAULT_PORT;
            if (!port.matches("\\d{1,5}")) {
                throw new IllegalArgumentException("'" + address + "' is no address; write HOST or HOST:PORT");
            }
            return ClusterSource.server(host, Integer.parseInt(port), user, password(host, port));
        }

        private String password(String host, String port) {
            String password = System.getenv("PGPASSWORD");
            if (password == null) {
                password = PgPassParser.getPassword(host, port, "replication", user);
            }
            if (password == null) {
                throw new ConfigurationException("no password for role " + user + " on " + address
                        + "; set PGPASSWORD, or add a line to ~/.pgpass");
            }
            return password;
        }
    }

    ClusterSource source() {
        return server != null ? server.source() : ClusterSource.directory(directory.orElseThrow());
    }
}
