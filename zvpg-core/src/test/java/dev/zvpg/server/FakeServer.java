package dev.zvpg.server;

import dev.zvpg.error.ServerException;
import dev.zvpg.merge.MergeOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** A server that is only files; see {@link FakeLauncher}. Thread-safe as long as one thread writes. */
public final class FakeServer implements Server {

    static final String BACKUP_LABEL = "backup_label";

    private static final String TRANSACTION = "transaction-";

    private final ServerSpec spec;
    private final Consumer<String> commitHook;
    private final AtomicInteger contentsHeld;

    FakeServer(ServerSpec spec, Consumer<String> commitHook, AtomicInteger contentsHeld) {
        this.spec = spec;
        this.commitHook = commitHook;
        this.contentsHeld = contentsHeld;
    }

    /** Commits one row. */
    public void put(String key, String value) {
        write(Map.of(key, Optional.of(value)));
    }

    /** Commits the deletion of one row. */
    public void delete(String key) {
        write(Map.of(key, Optional.empty()));
    }

    private void write(Map<String, Optional<String>> rows) {
        requireRunning();
        FakeLauncher.run(() -> {
            long wal = position().nextTransactionId() + 1;
            for (Map.Entry<String, Optional<String>> row : rows.entrySet()) {
                Path file = rowDirectory().resolve(row.getKey());
                if (row.getValue().isPresent()) {
                    Files.writeString(file, row.getValue().get());
                } else {
                    Files.deleteIfExists(file);
                }
            }
            FakeLauncher.replace(spec.dataDirectory().resolve(FakeLauncher.WAL), Long.toString(wal));
        });
    }

    /** The database of a row: what comes before the dot in its key. */
    static String databaseOf(String key) {
        return key.contains(".") ? key.substring(0, key.indexOf('.')) : "postgres";
    }

    /** Commits what a merge does in one database, and remembers that. */
    void commit(String database, String transaction, Map<String, Optional<String>> rows) {
        commitHook.accept("before " + database);
        write(rows);
        FakeLauncher.run(() -> Files.writeString(transaction(transaction), ""));
        commitHook.accept("after " + database);
    }

    boolean isCommitted(String transaction) {
        return Files.exists(transaction(transaction));
    }

    private Path transaction(String id) {
        return spec.dataDirectory().resolve(TRANSACTION + id);
    }

    @Override
    public ServerMerge merge(
            List<ServerContent.Comparison> changes,
            ServerMerge.Definitions definitions,
            MergeOptions options,
            Set<String> done) {
        requireRunning();
        return new FakeMerge(this, changes, options, done);
    }

    @Override
    public ServerMerge.Outcome outcome(String transactions) {
        requireRunning();
        return FakeMerge.outcome(this, transactions);
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
        return new FakeContent(rows(), contentsHeld);
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
