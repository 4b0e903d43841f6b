package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.zvpg.Branch;
import dev.zvpg.Effort;
import dev.zvpg.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kills merges, and the server that is merged into, around their commit: what both branches add to a counter is in it
 * once or not yet, and once when they are merged again.
 */
@Tag(Effort.ANYBODY)
class KilledMergeTest {

    private static final Logger LOG = LoggerFactory.getLogger(KilledMergeTest.class);

    private static final int KILLS = Effort.of(1, 4);
    private static final int LONGEST_MILLIS = 120;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private int killedInTime;

    @Test
    void aMergeIsInTheBranchOnceOrNotAtAll() throws Exception {
        long seed = Long.getLong("zvpg.test.seed", System.nanoTime());
        LOG.info("seed {}", seed);
        Random random = new Random(seed);
        int expected = 0;
        Path home = sandbox.path("home");
        try (Repository repo = MergeVictim.zvpg(home).init()) {
            Branch main = repo.branch("main");
            main.start();
            Sql.execute(main, "CREATE TABLE counter (id int PRIMARY KEY, n int)", "INSERT INTO counter VALUES (1, 0)");
            main.commit("");
        }
        for (int kill = 0; kill < KILLS; kill++) {
            String name = "feature" + kill;
            try (Repository repo = MergeVictim.zvpg(home).open()) {
                Branch feature = repo.branch("main").branch(name);
                feature.start();
                Sql.execute(feature, "UPDATE counter SET n = n + 100");
                feature.stop();
                Sql.execute(repo.branch("main"), "UPDATE counter SET n = n + 1");
                repo.branch("main").commit("");
            }
            killTheMerge(name, random);
            try (Repository repo = MergeVictim.zvpg(home).open()) {
                Branch main = repo.branch("main");
                main.start();
                boolean isMerged = main.log().stream()
                        .anyMatch(image ->
                                image.parents().size() > 1 && image.message().contains(name));
                assertThat(n(main)).as("kill %d of seed %d", kill, seed).isEqualTo(expected + (isMerged ? 101 : 1));
                assertThat(repo.doctor())
                        .filteredOn(problem -> !problem.what().startsWith("the disk that holds"))
                        .isEmpty();
                MergeVictim.merge(main, repo.branch(name));
                expected += 101;
                assertThat(n(main))
                        .as("kill %d of seed %d, merged again", kill, seed)
                        .isEqualTo(expected);
                repo.branch(name).discard();
            }
        }
        LOG.info("{} of {} merges were killed before their end", killedInTime, KILLS);
        assertThat(killedInTime).isGreaterThanOrEqualTo(KILLS / 4);
        try (Repository repo = MergeVictim.zvpg(home).open()) {
            repo.destroy();
        }
    }

    private static int n(Branch branch) throws Exception {
        return Integer.parseInt(Sql.value(branch, "SELECT n FROM counter"));
    }

    private void killTheMerge(String name, Random random) throws Exception {
        Files.deleteIfExists(sandbox.path("ready"));
        boolean killsServer = random.nextInt(3) == 0;
        long server;
        try (Repository repo = MergeVictim.zvpg(sandbox.path("home")).open()) {
            server = repo.branch("main").start().pid();
        }
        Process victim = ChildJvm.start(
                sandbox.path("victim.log"),
                Map.of(),
                MergeVictim.class,
                sandbox.path("home").toString(),
                name);
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> !victim.isAlive() || (Files.exists(sandbox.path("ready")) && isNoted()));
        TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_MILLIS));
        if (killsServer) {
            ProcessHandle.of(server).ifPresent(ProcessHandle::destroyForcibly);
        }
        if (victim.isAlive()) {
            killedInTime++;
        }
        victim.destroyForcibly().waitFor();
    }

    /** Whether the merge is about to be committed. */
    private boolean isNoted() throws IOException {
        try {
            return Files.readString(sandbox.path("home/storage/storage.json")).contains("\"merging\"");
        } catch (NoSuchFileException e) {
            return false;
        }
    }
}
