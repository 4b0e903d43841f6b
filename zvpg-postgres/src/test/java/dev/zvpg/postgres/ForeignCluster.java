package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.internal.io.Subprocess;
import dev.zvpg.postgres.os.Program;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.server.Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A cluster that this library has nothing to do with: made, configured and started as an administrator does it, with a
 * superuser of another name. Confined to one test.
 */
final class ForeignCluster {

    static final Credentials ADMIN = new Credentials("admin", "their:own\\secret");

    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    private final Postgres postgres;
    private final ServerUser user = ServerUser.of(null);
    private final Path data;
    private final Path log;
    private int port;

    private ForeignCluster(Postgres postgres, Path data, Path log) {
        this.postgres = postgres;
        this.data = data;
        this.log = log;
    }

    /** Makes one; {@code conf} are lines for its postgresql.conf. */
    static ForeignCluster make(Sandbox sandbox, Postgres postgres, String name, String... conf) throws Exception {
        Path template = Prepared.cluster(postgres, "foreign", data -> initialize(postgres, data));
        Path data = sandbox.copy(template, name);
        Path log = Files.createFile(sandbox.path(name + ".log"));
        ForeignCluster cluster = new ForeignCluster(postgres, data, log);
        cluster.user.own(log);
        Files.writeString(
                data.resolve("postgresql.conf"), "\n" + String.join("\n", conf) + "\n", StandardOpenOption.APPEND);
        return cluster;
    }

    /** Makes the one that the others are copies of. */
    private static void initialize(Postgres postgres, Path data) throws Exception {
        Files.createDirectory(data);
        Path password = Files.writeString(data.resolveSibling("password"), ADMIN.password() + "\n");
        ForeignCluster cluster = new ForeignCluster(postgres, data, data);
        cluster.user.own(data);
        cluster.user.own(password);
        cluster.program(
                "initdb",
                "-D",
                data.toString(),
                "-U",
                ADMIN.user(),
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync");
    }

    Path data() {
        return data;
    }

    int port() {
        return port;
    }

    /** Starts it, with more options for the server. */
    ForeignCluster start(String... options) throws Exception {
        for (int attempt = 0; attempt < 20; attempt++) {
            port = Sandbox.freePort();
            String all = "-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories='' "
                    + String.join(" ", options);
            if (run("pg_ctl", "start", "-w", "-D", data.toString(), "-l", log.toString(), "-o", all)
                    .ok()) {
                return this;
            }
            assertThat(Files.readString(log)).as("log of the foreign server").contains("could not bind");
        }
        throw new AssertionError("no free port in 20 attempts");
    }

    void stop() throws Exception {
        program("pg_ctl", "stop", "-w", "-m", "fast", "-D", data.toString());
    }

    /** Ends it as a power cut would. */
    void crash() throws Exception {
        program("pg_ctl", "stop", "-w", "-m", "immediate", "-D", data.toString());
    }

    Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/" + database, ADMIN.asProperties());
    }

    void execute(String database, String... statements) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    String query(String database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : "";
        }
    }

    /** Makes a directory for the server's user. */
    Path directory(Path path) throws IOException {
        Files.createDirectory(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        user.own(path);
        return path;
    }

    /** Everything there is to know about a tree of files: names, owners, modes, times, sizes and content. */
    static Map<Path, String> fingerprint(Path root) throws Exception {
        Map<Path, String> result = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.toList()) {
                String facts = Files.readAttributes(
                                file, "unix:mode,uid,gid,size,lastModifiedTime,ctime", LinkOption.NOFOLLOW_LINKS)
                        .toString();
                boolean content = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
                result.put(file, content ? facts + hash(file) : facts);
            }
        }
        return result;
    }

    private static String hash(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    private void program(String name, String... arguments) throws Exception {
        Subprocess result = run(name, arguments);
        assertThat(result.ok()).as(name + ": " + result.output()).isTrue();
    }

    private Subprocess run(String name, String... arguments) throws Exception {
        String[] command = Stream.concat(
                        Stream.of(postgres.binDirectory().resolve(name).toString()), Stream.of(arguments))
                .toArray(String[]::new);
        return Program.run(user, TIMEOUT, Map.of(), command);
    }
}
