package dev.zvpg.examples.cli;

import dev.zvpg.Zvpg;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.remote.Remote;
import dev.zvpg.server.ClusterSource;
import dev.zvpg.server.ServerSecurity;
import dev.zvpg.server.ServerSecurity.SslMode;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbcurlresolver.PgPassParser;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Names the existing cluster that a repository starts from. Confined to one thread. */
final class Origin {

    private static final String DEFAULT_PORT = "5432";

    /** In brackets or without colons, and then perhaps with a port; else an address of IPv6 alone. */
    private static final Pattern ADDRESS =
            Pattern.compile("(?:\\[([^\\[\\]]+)]|([^:\\[\\]]+))(?::(\\d{1,5}))?|([^:\\[\\]]*:[^:\\[\\]]*:[^\\[\\]]*)");

    /** What can be written after {@code --sslmode}. */
    static final class SslModes implements ITypeConverter<SslMode> {

        @Override
        public SslMode convert(String value) {
            return Stream.of(SslMode.values())
                    .filter(mode -> mode.toString().equals(value))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException(
                            "'" + value + "' is not one of disable, allow, prefer, require, verify-ca, verify-full"));
        }
    }

    @Option(
            names = "--from-directory",
            paramLabel = "DIR",
            required = true,
            description = "the data directory of a stopped server, or its directory of configuration files")
    private Optional<Path> directory = Optional.empty();

    @ArgGroup(exclusive = false)
    private @Nullable RunningServer server;

    @ArgGroup(exclusive = false)
    private @Nullable OtherRepository other;

    /** Names another repository. */
    static final class OtherRepository {

        @Option(
                names = "--from-remote",
                paramLabel = "URL",
                required = true,
                description =
                        "another repository, ssh://[USER@]HOST[:PORT]/PATH or a directory that was pushed to; it is called "
                                + "origin then")
        private String url = "";

        @Option(
                names = "--branch",
                paramLabel = "BRANCH",
                defaultValue = Zvpg.FIRST_BRANCH,
                description = "main starts from this branch of it; ${DEFAULT-VALUE} without this")
        private String branch = Zvpg.FIRST_BRANCH;

        ClusterSource source() {
            return ClusterSource.remote(Remote.parse(url), branch);
        }
    }

    /** Names a running one. */
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

        @Option(
                names = "--sslmode",
                paramLabel = "MODE",
                converter = SslModes.class,
                description =
                        "how the connection is encrypted, as psql has it: disable, allow, prefer, require, verify-ca or "
                                + "verify-full; prefer without this")
        private SslMode sslMode = SslMode.PREFER;

        @Option(
                names = "--sslrootcert",
                paramLabel = "FILE",
                description = "the certificates to trust; ~/.postgresql/root.crt without this")
        private Optional<Path> rootCertificate = Optional.empty();

        @Option(
                names = "--require-auth",
                paramLabel = "METHODS",
                defaultValue = "scram-sha-256",
                description = "how the server may ask for the password; ${DEFAULT-VALUE} without this")
        private String authentication = "scram-sha-256";

        ClusterSource source() {
            Matcher parts = ADDRESS.matcher(address);
            if (!parts.matches()) {
                throw new IllegalArgumentException("'" + address
                        + "' is no address; write HOST or HOST:PORT, and an address of IPv6 as [::1]:5432");
            }
            String host = Stream.of(1, 2, 4)
                    .map(parts::group)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElseThrow();
            String port = parts.group(3) == null ? DEFAULT_PORT : parts.group(3);
            return ClusterSource.server(host, Integer.parseInt(port), user, password(host, port))
                    .security(new ServerSecurity(sslMode, rootCertificate, authentication));
        }

        private String password(String host, String port) {
            String password = System.getenv("PGPASSWORD");
            if (password == null) {
                password = PgPassParser.getPassword(host, port, "replication", user);
            }
            if (password == null) {
                throw new ConfigurationException(
                        "no password for role " + user + " on " + address,
                        "set PGPASSWORD, or add a line to ~/.pgpass");
            }
            return password;
        }
    }

    ClusterSource source() {
        if (other != null) {
            return other.source();
        }
        return server != null ? server.source() : ClusterSource.directory(directory.orElseThrow());
    }
}
