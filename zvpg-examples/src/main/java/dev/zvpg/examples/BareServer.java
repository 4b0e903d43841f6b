package dev.zvpg.examples;

import dev.zvpg.Credentials;
import dev.zvpg.postgres.Postgres;
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
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The floor of every measurement: the {@code postgres} program itself, started by hand on a data directory, with nothing
 * around it. Not thread-safe.
 */
final class BareServer implements AutoCloseable {

    private static final long PARK_NANOS = 500_000;
    private static final int STATUS_LINE = 8; // of postmaster.pid; miscadmin.h, LOCK_FILE_LINE_PM_STATUS

    private final Postgres postgres;
    private final Path dataDirectory;
    private final Credentials credentials;
    private @Nullable Process process;

    BareServer(Postgres postgres, Path dataDirectory, Credentials credentials) {
        this.postgres = postgres;
        this.dataDirectory = dataDirectory;
        this.credentials = credentials;
    }

    void startAndQuery() throws Exception {
        int port = freePort();
        process = new ProcessBuilder(command(port))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        while (!ready()) {
            if (!process.isAlive()) {
                throw new IllegalStateException("postgres ended with exit code " + process.exitValue());
            }
            LockSupport.parkNanos(PARK_NANOS);
        }
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName("postgres");
        source.setUser(credentials.user());
        source.setPassword(credentials.password());
        source.setSslmode("disable");
        query(source);
    }

    static void query(DataSource source) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT 1")) {
            row.next();
        }
    }

    private List<String> command(int port) throws IOException {
        List<String> command = new ArrayList<>();
        String owner = Files.getOwner(dataDirectory).getName();
        if (!owner.equals(System.getProperty("user.name"))) {
            command.addAll(List.of("setpriv", "--reuid=" + owner, "--regid=" + owner, "--init-groups"));
            if (owner.equals("nobody")) {
                command.set(2, "--regid=nogroup");
            }
        }
        command.addAll(List.of(
                postgres.binDirectory().resolve("postgres").toString(),
                "-D",
                dataDirectory.toString(),
                "-p",
                Integer.toString(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories="));
        return command;
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

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws InterruptedException {
        if (process != null) {
            process.destroy(); // SIGTERM: a smart shutdown, at once without sessions
            process.waitFor();
        }
    }
}
