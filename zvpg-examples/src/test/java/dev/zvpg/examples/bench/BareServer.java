package dev.zvpg.examples.bench;

import dev.zvpg.postgres.Postgres;
import dev.zvpg.server.Credentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The floor of every measurement: the {@code postgres} program itself, started by hand on a data directory, with
 * nothing around it, and one connection.
 */
final class BareServer implements Contender {

    private static final long PARK_NANOS = 500_000;
    private static final int STATUS_LINE = 8; // of postmaster.pid; miscadmin.h, LOCK_FILE_LINE_PM_STATUS

    private final String name;
    private final Postgres postgres;
    private final Path dataDirectory;
    private final Credentials credentials;
    private final Map<String, String> settings;
    private @Nullable Process process;
    private int port;

    BareServer(
            String name, Postgres postgres, Path dataDirectory, Credentials credentials, Map<String, String> settings) {
        this.name = name;
        this.postgres = postgres;
        this.dataDirectory = dataDirectory;
        this.credentials = credentials;
        this.settings = settings;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void fresh() throws Exception {
        port = freePort();
        Process started = new ProcessBuilder(command())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        process = started;
        while (!ready()) {
            if (!started.isAlive()) {
                throw new IllegalStateException("postgres ended with exit code " + started.exitValue());
            }
            LockSupport.parkNanos(PARK_NANOS);
        }
        query(dataSource(port, "postgres", credentials));
    }

    int port() {
        return port;
    }

    static DataSource dataSource(int port, String database, Credentials credentials) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName(database);
        source.setUser(credentials.user());
        source.setPassword(credentials.password());
        source.setSslmode("disable");
        return source;
    }

    static void query(DataSource source) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT 1")) {
            row.next();
        }
    }

    private List<String> command() {
        List<String> command = new ArrayList<>(List.of(
                postgres.binDirectory().resolve("postgres").toString(),
                "-D",
                dataDirectory.toString(),
                "-p",
                Integer.toString(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories="));
        settings.forEach((setting, value) -> command.addAll(List.of("-c", setting + "=" + value)));
        return AsServerUser.command(postgres, command);
    }

    private boolean ready() throws IOException {
        try {
            List<String> lines = Files.readAllLines(dataDirectory.resolve("postmaster.pid"));
            return lines.size() >= STATUS_LINE
                    && lines.get(STATUS_LINE - 1).strip().equals("ready");
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void discard() throws InterruptedException {
        if (process != null) {
            process.destroy(); // SIGTERM: a smart shutdown, at once without sessions
            process.waitFor();
            process = null;
        }
    }
}
