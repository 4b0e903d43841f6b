package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Effort;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.Attacker;
import dev.zvpg.internal.io.HostileTree;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.server.ClusterSource;
import dev.zvpg.server.Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clusters of another user that hold what no cluster should and change while they are adopted. */
@Tag(Effort.FULL)
@Timeout(value = 1, unit = TimeUnit.HOURS)
class HostileAdoptionTest {

    private static final int TREES = Integer.getInteger("zvpg.test.trees", Effort.of(10, 40));
    private static final Credentials OURS = new Credentials("postgres", "the repository's own");

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private final Postgres postgres = Postgres.embedded();

    @Test
    void nothingOutsideIsReadOrChangedAndEveryRefusalIsOneOfOurs() throws Exception {
        long first = Long.getLong("zvpg.test.seed", System.nanoTime());
        Map<String, Integer> outcomes = new TreeMap<>();
        try (Attacker attacker = new Attacker()) {
            Path real = sandbox.cluster(postgres, "real");
            Path outside = HostileTree.outside(sandbox.path(""));
            Map<String, String> before = Attacker.audit(outside);
            for (long seed = first; seed < first + TREES; seed++) {
                Path source = Files.createDirectory(sandbox.path("source"));
                Path copy = sandbox.path("copy");
                String outcome = adopt(seed, attacker, real, source, outside, copy);
                outcomes.merge(outcome, 1, Integer::sum);
                assertThat(Attacker.audit(outside)).as("seed %d", seed).isEqualTo(before);
                assertThat(Files.exists(sandbox.path("copy.trial")))
                        .as("seed %d", seed)
                        .isFalse();
                OpenDirectory.deleteTree(source);
                OpenDirectory.deleteTree(copy);
            }
        }
        System.out.println(TREES + " hostile clusters from seed " + first + ": " + outcomes);
    }

    private String adopt(long seed, Attacker attacker, Path real, Path source, Path outside, Path copy)
            throws Exception {
        try (HostileTree tree = new HostileTree(seed, source, outside)) {
            Random random = new Random(seed);
            if (random.nextInt(10) == 0 && !tree.hasMounts()) {
                addRealCluster(real, source);
            } else {
                makePlausible(random, real, source);
            }
            if (random.nextInt(4) != 0) { // else it is copied whole, and what is in it comes further
                attacker.attack(seed, source, outside);
            }
            AtomicBoolean copied = new AtomicBoolean();
            try {
                postgres.adopt(ClusterSource.directory(source), copy, OURS, Map.of(), (done, total) -> {
                    assertThat(done).isLessThanOrEqualTo(total);
                    copied.set(done == total);
                });
                assertThat(Attacker.holding(copy, HostileTree.CANARY))
                        .as("seed %d", seed)
                        .isEmpty();
                return "adopted";
            } catch (ZvpgException refused) {
                assertThat(refused.toString()).as("seed %d", seed).doesNotContain(HostileTree.CANARY);
                assertThat(copy).as("seed %d", seed).doesNotExist();
                return refused.getClass().getSimpleName() + (copied.get() ? " after the copy" : "");
            } finally {
                attacker.rest(); // before the tree's mounts are looked for by their names
            }
        }
    }

    /** Adds a whole one, but where the tree has something of the same name. */
    private static void addRealCluster(Path real, Path source) throws Exception {
        Process copying = new ProcessBuilder("cp", "-an", real + "/.", source.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        copying.waitFor(); // what it cannot put in the place of something else, it complains of
        Attacker.give(source);
    }

    /**
     * Where the tree holds plain files, some get what they hold in a real one: else most are refused by the first look
     * at them.
     */
    private static void makePlausible(Random random, Path real, Path source) throws IOException {
        for (String name : new String[] {"PG_VERSION", "global/pg_control", "postgresql.conf"}) {
            Path file = source.resolve(name);
            Map<String, Object> facts = Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                    ? Files.readAttributes(file, "unix:nlink,mode", LinkOption.NOFOLLOW_LINKS)
                    : Map.of();
            if (Integer.valueOf(1).equals(facts.get("nlink")) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                if (name.endsWith(".conf") && random.nextInt(4) != 0) {
                    Files.delete(file); // with it, each is tried on an empty cluster first, which takes seconds
                } else {
                    Files.write(file, Files.readAllBytes(real.resolve(name)));
                }
            }
        }
        for (String needed : new String[] {"postmaster.pid", "standby.signal"}) {
            if (random.nextInt(8) != 0) {
                Files.deleteIfExists(source.resolve(needed));
            }
        }
    }
}
