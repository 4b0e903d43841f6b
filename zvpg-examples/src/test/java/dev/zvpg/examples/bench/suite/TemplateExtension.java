package dev.zvpg.examples.bench.suite;

import dev.zvpg.postgres.Postgres;
import dev.zvpg.server.Credentials;
import dev.zvpg.server.PortTakenException;
import dev.zvpg.server.Server;
import dev.zvpg.server.ServerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * What people write by hand: one server for the run, a database that is prepared, and
 * {@code CREATE DATABASE … TEMPLATE} for each test. The server has the settings that zonky's has. Thread-safe.
 */
final class TemplateExtension implements ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(TemplateExtension.class);
    private static final Map<String, String> SETTINGS =
            Map.of("fsync", "off", "full_page_writes", "off", "synchronous_commit", "off", "max_connections", "300");
    private static final AtomicInteger NAMES = new AtomicInteger();

    /** Makes the tables of the template. */
    interface Preparer {
        void prepare(DataSource database) throws SQLException;
    }

    private final Preparer preparer;

    TemplateExtension(Preparer preparer) {
        this.preparer = preparer;
    }

    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext rootContext) {
        return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == DataSource.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Cluster cluster = context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(Cluster.class, type -> Cluster.start(preparer), Cluster.class);
        return context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(Database.class, type -> cluster.create(), Database.class)
                .source();
    }

    /** A server with a template. */
    private record Cluster(Path directory, Server server) implements AutoCloseable {

        static Cluster start(Preparer preparer) {
            try {
                Path directory = Files.createTempDirectory(
                        Path.of(System.getProperty("suite.directory")),
                        "template-",
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
                Postgres postgres = Postgres.embedded();
                Credentials credentials = new Credentials("postgres", "sample");
                Path data = directory.resolve("data");
                postgres.initialize(data, credentials);
                Server server =
                        start(postgres, new ServerSpec(data, directory.resolve("run"), 17_000, credentials, SETTINGS));
                execute(server, "CREATE DATABASE shop");
                preparer.prepare(server.dataSource("shop"));
                return new Cluster(directory, server);
            } catch (IOException | SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        private static Server start(Postgres postgres, ServerSpec first) {
            ServerSpec spec = first;
            while (true) {
                try {
                    return postgres.start(spec);
                } catch (PortTakenException e) {
                    spec = spec.withPort(e.port() + 1);
                }
            }
        }

        static void execute(Server server, String sql) throws SQLException {
            try (Connection connection = server.dataSource("postgres").getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }

        Database create() {
            String name = "test" + NAMES.incrementAndGet();
            try {
                execute(server, "CREATE DATABASE " + name + " TEMPLATE shop");
                return new Database(server, name);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() throws IOException {
            server.stop();
            try (Stream<Path> tree = Files.walk(directory)) {
                for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private record Database(Server server, String name) implements AutoCloseable {

        DataSource source() {
            return server.dataSource(name);
        }

        @Override
        public void close() throws SQLException {
            Cluster.execute(server, "DROP DATABASE " + name);
        }
    }
}
