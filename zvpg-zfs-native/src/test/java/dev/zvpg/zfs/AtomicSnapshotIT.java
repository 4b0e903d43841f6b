package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Branch;
import dev.zvpg.Clone;
import dev.zvpg.Repository;
import dev.zvpg.Zvpg;
import dev.zvpg.postgres.Postgres;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StoredSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A running server is snapshotted as it is, without its backup API, on a real kernel module. */
@NeedsPool
class AtomicSnapshotIT {

    private static final Pattern CHECKPOINT = Pattern.compile("Latest checkpoint location: +(\\S+)");

    private final TestPool pool = new TestPool();
    private final Postgres postgres = Postgres.onPath();

    @AfterEach
    void leaveNothing() {
        pool.close();
    }

    @Test
    void aSnapshotUnderLoadIsWhatAPowerCutAfterACheckpointWouldLeave() throws Exception {
        Path home = pool.mounts().resolve("home");
        Files.setPosixFilePermissions(
                pool.mounts(), java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        Zvpg zvpg = Zvpg.at(home).storage(pool::open).postgres(postgres);
        try (Repository repo = zvpg.init();
                Storage storage = pool.open()) {
            Branch main = repo.branch("main");
            main.start();
            PowerCutBank.open(main.dataSource());
            try (Load load = new Load(main)) {
                load.await(10);
                String before = position(main);
                long acknowledged = load.transfers();
                main.snapshot("v1", "under load");

                Path image = onlyImage(storage);
                assertThat(image.resolve("backup_label")).doesNotExist();
                assertThat(image.resolve("postmaster.pid")).exists();
                String control = controlData(image);
                assertThat(control).contains("in production");
                assertThat(bytes(checkpoint(control))).isGreaterThanOrEqualTo(bytes(before));

                load.await(load.transfers() + 10);
                Clone clone = repo.snapshot("main@v1").clone("c1");
                clone.start();
                assertThat(PowerCutBank.audit(clone.dataSource())).isGreaterThanOrEqualTo(acknowledged);
            }
            repo.destroy();
        }
    }

    private static String position(Branch branch) throws SQLException {
        try (Connection connection = branch.dataSource().getConnection();
                ResultSet row = connection.createStatement().executeQuery("SELECT pg_current_wal_insert_lsn()")) {
            row.next();
            return row.getString(1);
        }
    }

    private static Path onlyImage(Storage storage) throws IOException {
        List<StoredSnapshot> snapshots = storage.list().snapshots();
        assertThat(snapshots).hasSize(1);
        try (Stream<Path> files = Files.walk(storage.directory(snapshots.get(0).id()), 2)) {
            return files.filter(file -> file.endsWith("PG_VERSION"))
                    .map(Path::getParent)
                    .findFirst()
                    .orElseThrow();
        }
    }

    private String controlData(Path image) throws Exception {
        return Tool.run(postgres.binDirectory().resolve("pg_controldata").toString(), image.toString());
    }

    private static String checkpoint(String controlData) {
        Matcher checkpoint = CHECKPOINT.matcher(controlData);
        assertThat(checkpoint.find()).as(controlData).isTrue();
        return checkpoint.group(1);
    }

    /** A position in the log, {@code 0/16B3748}, as a number. */
    private static long bytes(String position) {
        String[] halves = position.split("/", 2);
        return (Long.parseLong(halves[0], 16) << 32) + Long.parseLong(halves[1], 16);
    }

    /** Moves money until it is closed. */
    private static final class Load implements AutoCloseable {

        private final AtomicLong transfers = new AtomicLong();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final Thread thread;
        private volatile boolean closing;

        Load(Branch branch) {
            thread = new Thread(() -> run(branch));
            thread.setUncaughtExceptionHandler((t, thrown) -> failure.set(thrown));
            thread.start();
        }

        private void run(Branch branch) {
            Random random = new Random(42);
            try (Connection connection = branch.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                while (!closing) {
                    PowerCutBank.transfer(connection, transfers.get() + 1, random);
                    transfers.incrementAndGet();
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        long transfers() {
            return transfers.get();
        }

        void await(long number) throws InterruptedException {
            while (transfers.get() < number && thread.isAlive()) {
                Thread.sleep(10);
            }
            assertThat(failure).hasNullValue();
        }

        @Override
        public void close() throws InterruptedException {
            closing = true;
            thread.join();
            assertThat(failure).hasNullValue();
        }
    }
}
