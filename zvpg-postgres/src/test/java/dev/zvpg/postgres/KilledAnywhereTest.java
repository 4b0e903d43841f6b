package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.zvpg.Branch;
import dev.zvpg.Clone;
import dev.zvpg.Effort;
import dev.zvpg.Repository;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.server.Credentials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Kills a JVM at any moment of its work, and looks at what the next one finds. */
class KilledAnywhereTest {

    private static final Logger LOG = LoggerFactory.getLogger(KilledAnywhereTest.class);

    private static final int KILLS = Integer.getInteger("zvpg.test.kills", Effort.of(3, 8));
    private static final int LONGEST_MILLIS = 4000;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private Path ready() {
        return sandbox.path("ready");
    }

    private Path home() {
        return sandbox.path("home");
    }

    private Path other() {
        return sandbox.path("other");
    }

    @Test
    void nothingHalfMadeNoServerAndNoPasswordIsLeft() throws Exception {
        long seed = System.nanoTime();
        LOG.info("seed {}", seed);
        Random random = new Random(seed);
        Credentials secret;
        try (Repository repo = KilledWorker.zvpg(home()).init()) {
            Branch main = repo.branch("main");
            main.snapshot("v1", "");
            main.start();
            secret = main.credentials();
            int port = main.info().port();
            for (int kill = 0; kill < KILLS; kill++) {
                killAfter(random, port, secret);
                theNextOneFindsAllInOrder(main, port, secret);
            }
        }
        try (Repository repo = KilledWorker.zvpg(home()).open()) {
            repo.destroy();
        }
    }

    private void killAfter(Random random, int port, Credentials secret) throws Exception {
        Files.deleteIfExists(ready());
        Process worker = ChildJvm.start(
                sandbox.path("worker.log"),
                Map.of(),
                KilledWorker.class,
                home().toString(),
                other().toString(),
                Integer.toString(port),
                secret.user(),
                secret.password(),
                Long.toString(random.nextLong()));
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> {
            assertThat(worker.isAlive()).as(this::log).isTrue();
            return Files.exists(ready());
        });
        TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_MILLIS));
        assertThat(worker.isAlive()).as(this::log).isTrue();
        worker.destroyForcibly().waitFor();
    }

    private String log() {
        try {
            return Files.readString(sandbox.path("worker.log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void theNextOneFindsAllInOrder(Branch main, int port, Credentials secret) throws Exception {
        try (Repository repo = KilledWorker.zvpg(home()).open()) {
            for (Clone clone : repo.clones()) { // acknowledged, or about to be
                clone.start();
                clone.delete();
            }
            assertThat(repo.doctor())
                    .filteredOn(problem -> !problem.what().startsWith("the disk that holds"))
                    .isEmpty();
        }
        if (Files.exists(other())) {
            try {
                KilledWorker.zvpg(other()).open().destroy();
            } catch (NotFoundException e) { // what was cut off is taken up by the next init
                KilledWorker.zvpg(other())
                        .init(KilledWorker.source(port, secret.user(), secret.password()))
                        .destroy();
            }
        }
        assertThat(other()).doesNotExist();
        assertThat(entries("storage/volumes")).hasSize(1);
        assertThat(entries("servers")).hasSize(1);
        ProcessHandle server =
                ProcessHandle.of(main.findServer().orElseThrow().pid()).orElseThrow();
        await().atMost(PATIENCE).untilAsserted(() -> {
            List<Long> its = Stream.concat(Stream.of(server), server.descendants())
                    .map(ProcessHandle::pid)
                    .toList();
            assertThat(Sandbox.processes(sandbox.path(""))).isSubsetOf(its);
        });
        noFileBesideTheCredentialsHas(secret.password());
    }

    private List<String> entries(String directory) throws IOException {
        try (Stream<Path> entries = Files.list(home().resolve(directory))) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }

    private void noFileBesideTheCredentialsHas(String password) throws IOException {
        try (Stream<Path> files = Files.walk(sandbox.path(""))) {
            assertThat(files.filter(file -> !file.startsWith(home().resolve("storage")))
                            .filter(Files::isRegularFile)
                            .filter(file -> contains(file, password))
                            .map(file -> file.getFileName().toString()))
                    .containsOnly("credentials.json");
        }
    }

    private static boolean contains(Path file, String text) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1).contains(text);
        } catch (IOException e) {
            return false;
        }
    }
}
