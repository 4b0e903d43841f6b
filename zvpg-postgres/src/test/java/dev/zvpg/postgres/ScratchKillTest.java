package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.zvpg.Effort;
import dev.zvpg.Repository;
import dev.zvpg.Zvpg;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Kills real JVMs that have scratch clones, and looks at what is left. */
@Tag(Effort.FULL)
class ScratchKillTest {

    private static final Logger LOG = LoggerFactory.getLogger(ScratchKillTest.class);

    /** How many JVMs are killed with leases out. */
    private static final int KILLS = Integer.getInteger("zvpg.test.kills", Effort.of(3, 8));

    /** How many are killed at any moment. */
    private static final int KILLS_AT_RANDOM = KILLS / 2;

    private static final Duration LONG = Duration.ofMinutes(2);

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private final List<Long> millisToTheEnd = new ArrayList<>();

    @BeforeEach
    void makeTheRepository() {
        try (Repository repository = Zvpg.at(home())
                .postgres(Postgres.embedded())
                .ports(22_000, 22_999)
                .init()) {
            repository.branch("main").snapshot("v1", "");
        }
    }

    @AfterEach
    void destroyTheRepository() {
        open().destroy();
    }

    private Path home() {
        return sandbox.path("home");
    }

    private Repository open() {
        return Zvpg.at(home())
                .postgres(Postgres.embedded())
                .ports(22_000, 22_999)
                .open();
    }

    private Process victim(Path ready, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(home().toString(), ready.toString()));
        arguments.addAll(List.of(more));
        return ChildJvm.start(
                sandbox.path("victim.log"), Map.of(), ScratchVictim.class, arguments.toArray(String[]::new));
    }

    private void awaitReady(Process victim, Path ready) throws Exception {
        await().atMost(LONG).pollInterval(Duration.ofMillis(5)).until(() -> {
            assertThat(victim.isAlive()).as(() -> "the JVM lives: " + log()).isTrue();
            return Files.exists(ready);
        });
    }

    private String log() {
        try {
            return Files.readString(sandbox.path("victim.log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Waits until no server process works in the home directory any more, and notes how long that took. */
    private void allServersEnd() throws Exception {
        long began = System.nanoTime();
        await().atMost(LONG)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> Sandbox.processes(home()), List::isEmpty);
        millisToTheEnd.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    }

    private void openFindsNothing() throws IOException {
        open().close();
        assertThat(entries("storage/volumes")).hasSize(1);
        assertThat(entries("servers")).isEmpty();
        assertThat(entries("locks")).noneMatch(name -> name.startsWith("owner"));
    }

    private List<String> entries(String directory) throws IOException {
        if (!Files.exists(home().resolve(directory))) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(home().resolve(directory))) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }

    @Test
    void afterTheDeathOfAJvmWithLeasesOutNoServerIsLeftAndNoVolumeAfterTheNextOpen() throws Exception {
        for (int kill = 0; kill < KILLS; kill++) {
            Path ready = sandbox.path("ready-" + kill);
            Process victim = victim(ready);
            awaitReady(victim, ready);
            assertThat(Sandbox.processes(home())).hasSizeGreaterThan(4);
            victim.destroyForcibly().waitFor();
            allServersEnd();
            openFindsNothing();
        }
        Collections.sort(millisToTheEnd);
        LOG.info(
                "{} JVMs killed; all servers had ended after {} ms (median), {} ms (longest)",
                KILLS,
                millisToTheEnd.get(millisToTheEnd.size() / 2),
                millisToTheEnd.get(millisToTheEnd.size() - 1));
    }

    @Test
    void neitherIsThereAfterADeathAtAnyMoment() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        LOG.info("seed {}", seed);
        Path first = sandbox.path("ready");
        long began = System.nanoTime();
        Process measured = victim(first);
        awaitReady(measured, first);
        long wholeNanos = System.nanoTime() - began;
        measured.destroyForcibly().waitFor();
        allServersEnd();
        openFindsNothing();
        for (int kill = 0; kill < KILLS_AT_RANDOM; kill++) {
            Process victim = victim(sandbox.path("ready-" + kill));
            TimeUnit.NANOSECONDS.sleep((long) (wholeNanos * (0.2 + random.nextDouble())));
            victim.destroyForcibly().waitFor();
            allServersEnd();
            openFindsNothing();
        }
    }

    @Test
    void aJvmThatExitsWithoutClosingAnythingLeavesNothing() throws Exception {
        Path ready = sandbox.path("ready");
        assertThat(victim(ready, "exit").waitFor()).as(this::log).isZero();
        allServersEnd();
        assertThat(entries("storage/volumes")).as("before the next open").hasSize(1);
        openFindsNothing();
    }

    @Test
    void openLeavesTheClonesOfALivingJvmAlone() throws Exception {
        Path ready = sandbox.path("ready");
        Process victim = victim(ready);
        awaitReady(victim, ready);
        List<Long> before = Sandbox.processes(home());
        List<String> volumes = entries("storage/volumes");
        open().close();
        assertThat(Sandbox.processes(home())).containsAll(before);
        assertThat(entries("storage/volumes")).containsAll(volumes);
        victim.destroyForcibly().waitFor();
        allServersEnd();
    }

    @Test
    void destroyingTheRepositoryEndsThoseOfALivingJvmToo() throws Exception {
        Path ready = sandbox.path("ready");
        Process victim = victim(ready);
        awaitReady(victim, ready);
        try {
            open().destroy();
            assertThat(Sandbox.processes(home())).isEmpty();
            assertThat(home()).doesNotExist();
        } finally {
            victim.destroyForcibly().waitFor();
        }
        makeTheRepository();
    }
}
