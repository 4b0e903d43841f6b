package dev.zvpg.server;

import dev.zvpg.error.ServerException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** A server that is only files; see {@link FakeLauncher}. Thread-safe as long as one thread writes. */
public final class FakeServer implements Server {

    static final String BACKUP_LABEL = "backup_label";

    private final ServerSpec spec;

    FakeServer(ServerSpec spec) {
        this.spec = spec;
    }

    /** Commits one row. */
    public void put(String key, String value) {
        requireRunning();
        FakeLauncher.run(() -> {
            long wal = position().nextTransactionId() + 1;
            Files.writeString(rowDirectory().resolve(key), value);
            FakeLauncher.replace(spec.dataDirectory().resolve(FakeLauncher.WAL), Long.toString(wal));
        });
    }

    /** Deletes all rows, as a DELETE without WHERE would. */
    public void deleteAll() {
        rowsOf(spec.dataDirectory())
                .keySet()
                .forEach(key ->
                        FakeLauncher.run(() -> Files.delete(rowDirectory().resolve(key))));
    }

    /** All rows, by key. */
    public Map<String, String> rows() {
        requireRunning();
        return rowsOf(spec.dataDirectory());
    }

    /** The rows in a data directory, running or not. */
    public static Map<String, String> rowsOf(Path dataDirectory) {
        return FakeLauncher.call(() -> {
            Map<String, String> rows = new TreeMap<>();
            try (Stream<Path> files = Files.list(dataDirectory.resolve(FakeLauncher.ROWS))) {
                for (Path file : files.toList()) {
                    rows.put(file.getFileName().toString(), Files.readString(file));
                }
            }
            return rows;
        });
    }

    @Override
    public int port() {
        return spec.port();
    }

    @Override
    public long pid() {
        return 1;
    }

    @Override
    public Path logFile() {
        return spec.runDirectory().resolve("log");
    }

    @Override
    public Credentials credentials() {
        return spec.credentials();
    }

    @Override
    public String jdbcUrl(String database) {
        return "jdbc:fake://127.0.0.1:" + port() + "/" + database;
    }

    @Override
    public DataSource dataSource(String database) {
        throw new UnsupportedOperationException("a fake server speaks no SQL");
    }

    @Override
    public boolean isRunning() {
        return FakeLauncher.runs(spec.dataDirectory());
    }

    @Override
    public void tidy() {
        requireRunning(); // nothing in its files is ever untidy
    }

    @Override
    public void checkpoint() {
        requireRunning();
        FakeLauncher.run(() -> Files.writeString(spec.dataDirectory().resolve("checkpointed"), ""));
    }

    @Override
    public Position position() {
        return FakeLauncher.positionOf(spec.dataDirectory());
    }

    @Override
    public Backup startBackup(String label) {
        requireRunning();
        return new Backup() {
            @Override
            public Position finish(Path image) {
                FakeLauncher.run(() -> {
                    Files.writeString(image.resolve(BACKUP_LABEL), label);
                    Files.deleteIfExists(image.resolve(FakeLauncher.PID));
                });
                return FakeLauncher.positionOf(image);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void stop() {
        FakeLauncher.run(() -> {
            Files.deleteIfExists(spec.dataDirectory().resolve(FakeLauncher.IN_PRODUCTION));
            Files.deleteIfExists(spec.dataDirectory().resolve(FakeLauncher.PID));
        });
    }

    /** As a crash: the next start recovers. */
    @Override
    public void stopAtOnce() {
        if (isRunning()) {
            FakeLauncher.run(() -> Files.createFile(spec.dataDirectory().resolve(FakeLauncher.CRASHED)));
            stop();
        }
    }

    /** Holds while the rows are the same. */
    @Override
    public Baseline baseline() {
        requireRunning();
        Map<String, String> before = rowsOf(spec.dataDirectory());
        return () -> rows().equals(before);
    }

    @Override
    public ServerContent content() {
        requireRunning();
        return new FakeContent(rows());
    }

    /** How many contents of such servers are held in this JVM. */
    public static int contentsHeld() {
        return FakeContent.OPEN.get();
    }

    /** What it was started with. */
    public ServerSpec spec() {
        return spec;
    }

    private Path rowDirectory() {
        return spec.dataDirectory().resolve(FakeLauncher.ROWS);
    }

    private void requireRunning() {
        if (!isRunning()) {
            throw new ServerException("the server has ended");
        }
    }
}
