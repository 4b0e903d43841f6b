package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.zvpg.Effort;
import dev.zvpg.Jvm;
import dev.zvpg.Repository;
import dev.zvpg.ScratchClone;
import dev.zvpg.ScratchPool;
import dev.zvpg.Snapshot;
import dev.zvpg.Zvpg;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many virtual threads that have two carriers between them. */
@Tag(Effort.ANYBODY)
class VirtualThreadsTest {

    private static final int THREADS = Effort.of(16, 200);

    /** As many servers at a time as a machine of two processors can bear. */
    private static final int AT_ONCE = 8;

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    /** What runs in another JVM, whose scheduler is a small one. */
    static final class Many {

        private Many() {}

        public static void main(String[] arguments) throws Exception {
            try (Repository repository = Zvpg.at(Path.of(arguments[1]))
                    .postgres(Postgres.embedded())
                    .ports(24_000, 24_999)
                    .init()) {
                Snapshot v1 = repository.branch("main").snapshot("v1", "");
                try (ScratchPool pool = v1.pool(o -> o.size(2).patience(Duration.ofMinutes(5)))) {
                    Semaphore room = new Semaphore(AT_ONCE);
                    ExecutorService threads = (ExecutorService) Executors.class
                            .getMethod("newVirtualThreadPerTaskExecutor")
                            .invoke(null);
                    List<Future<?>> all = new ArrayList<>();
                    for (int i = 0; i < Integer.parseInt(arguments[0]); i++) {
                        boolean leases = i % 2 == 0;
                        all.add(threads.submit(() -> {
                            room.acquire();
                            try (ScratchClone pg = leases ? pool.lease() : v1.scratch()) {
                                use(pg);
                            } finally {
                                room.release();
                            }
                            return null;
                        }));
                    }
                    for (Future<?> one : all) {
                        one.get(5, TimeUnit.MINUTES);
                    }
                    threads.shutdown();
                    System.out.println("DONE " + all.size());
                }
            }
        }

        private static void use(ScratchClone pg) throws SQLException {
            try (Connection connection = pg.dataSource().getConnection()) {
                connection.createStatement().execute("CREATE TABLE t AS SELECT 1 AS i");
            }
        }
    }

    @Test
    void doNotWaitForEachOtherForEver() throws Exception {
        assumeThat(Runtime.version().feature()).as("virtual threads").isGreaterThanOrEqualTo(21);
        Process jvm = new ProcessBuilder(Jvm.command(
                        List.of(
                                "-Djdk.virtualThreadScheduler.parallelism=2",
                                "-Djdk.virtualThreadScheduler.maxPoolSize=2"),
                        System.getProperty("java.class.path"),
                        Many.class,
                        Integer.toString(THREADS),
                        sandbox.path("home").toString()))
                .redirectErrorStream(true)
                .start();
        String said = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(jvm.waitFor()).as(said).isZero();
        assertThat(said).contains("DONE " + THREADS);
    }
}
