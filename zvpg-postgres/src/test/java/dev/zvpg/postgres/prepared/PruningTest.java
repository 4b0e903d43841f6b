package dev.zvpg.postgres.prepared;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Branch;
import dev.zvpg.Clone;
import dev.zvpg.Effort;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.Zvpg;
import dev.zvpg.internal.io.FileMutex;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.Postgres;
import dev.zvpg.postgres.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PruningTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private Repository repository;
    private Snapshot empty;

    @BeforeEach
    void init() throws IOException {
        repository = Zvpg.at(sandbox.path("repository"))
                .postgres(Postgres.embedded())
                .init();
        empty = repository.branch("main").snapshot("empty", "");
        Files.createDirectory(sandbox.path("keys"));
    }

    @AfterEach
    void close() {
        repository.close();
    }

    private Path lockFile(String name) {
        return sandbox.path("keys").resolve(name);
    }

    private void key(String name, Duration unusedFor) throws IOException {
        empty.branch(name).snapshot(PreparedSnapshots.PREPARED, "");
        Files.createFile(lockFile(name));
        Files.setLastModifiedTime(lockFile(name), FileTime.from(Instant.now().minus(unusedFor)));
    }

    private void prune(int mostKeys) throws Exception {
        new Pruning(repository, this::lockFile, sandbox.path("uses")::resolve, mostKeys).run();
    }

    @Test
    void removesWhatWasNotUsedForLongAndWhatWasCutOffButNothingThatIsLocked() throws Exception {
        key("used", Duration.ofDays(13));
        key("unused", Duration.ofDays(15));
        key("unused-but-locked", Duration.ofDays(15));
        empty.branch("cut-off");
        empty.branch("being-made");

        try (FileMutex.Held locked = FileMutex.of(lockFile("unused-but-locked")).lock();
                FileMutex.Held making = FileMutex.of(lockFile("being-made")).lock()) {
            prune(Pruning.MOST_KEYS);
        }

        assertThat(repository.branches())
                .extracting(Branch::name)
                .containsExactlyInAnyOrder("main", "used", "unused-but-locked", "being-made");
    }

    @Tag(Effort.FULL)
    @Test
    void ofTooManyRemovesThoseThatWereUsedLeastRecentlyButNoneOfToday() throws Exception {
        key("today", Duration.ofHours(1));
        key("also-today", Duration.ofHours(2));
        key("older", Duration.ofDays(3));
        key("oldest", Duration.ofDays(4));

        prune(3);
        assertThat(repository.branches())
                .extracting(Branch::name)
                .containsExactlyInAnyOrder("main", "today", "also-today", "older");
        prune(1);
        assertThat(repository.branches())
                .extracting(Branch::name)
                .containsExactlyInAnyOrder("main", "today", "also-today");
    }

    @Tag(Effort.FULL)
    @Test
    void keepsAKeyAsLongAsARunUsesItHoweverLongAgoThatBegan() throws Exception {
        Path cache = Files.createDirectory(sandbox.path("cache"));
        Postgres postgres = Postgres.embedded();
        try (PreparedSnapshots longRun = PreparedSnapshots.open(postgres, cache)) {
            Snapshot inUse = longRun.snapshot("orders", pg -> {});
            makeOld(cache);

            try (PreparedSnapshots other = PreparedSnapshots.open(postgres, cache)) {
                inUse.useScratch(pg -> assertThat(pg.server().isRunning()).isTrue());
            }
        }

        PreparedSnapshots.open(postgres, cache).close();

        assertThat(filesOf(cache, "uses")).isEmpty();
        try (Repository left =
                Zvpg.at(only(cache).resolve("repository")).postgres(postgres).open()) {
            assertThat(left.branches()).extracting(Branch::name).containsExactly("main");
        }
    }

    @Tag(Effort.FULL)
    @Test
    void deletesTheCloneOfAFailedTestWhenItsTimeIsOver() throws Exception {
        Path cache = Files.createDirectory(sandbox.path("cache"));
        Postgres postgres = Postgres.embedded();
        try (PreparedSnapshots run = PreparedSnapshots.open(postgres, cache)) {
            Snapshot prepared = run.snapshot("orders", pg -> {});
            prepared.clone("junit/over", o -> o.timeToLive(Duration.ofMillis(1)));
            prepared.clone("junit/today", o -> o.timeToLive(Duration.ofDays(1)));
        }

        PreparedSnapshots.open(postgres, cache).close();

        try (Repository left =
                Zvpg.at(only(cache).resolve("repository")).postgres(postgres).open()) {
            assertThat(left.clones()).extracting(Clone::name).containsExactly("junit/today");
        }
    }

    private static Path only(Path directory) throws IOException {
        return OpenDirectory.list(directory).get(0);
    }

    private static List<Path> filesOf(Path cache, String name) throws IOException {
        return OpenDirectory.list(only(cache).resolve(name));
    }

    private static void makeOld(Path cache) throws IOException {
        for (Path key : filesOf(cache, "keys")) {
            Files.setLastModifiedTime(key, FileTime.from(Instant.now().minus(Duration.ofDays(15))));
        }
    }
}
