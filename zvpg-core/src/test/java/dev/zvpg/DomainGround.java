package dev.zvpg;

import dev.zvpg.info.Event;
import dev.zvpg.info.Subscription;
import dev.zvpg.server.FakeLauncher;
import dev.zvpg.server.FakeServer;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StoredDraft;
import dev.zvpg.storage.StoredVolume;
import dev.zvpg.storage.VolumeId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A repository on any storage, with servers that are fakes, so that only domain and storage are at work. */
public abstract class DomainGround {

    @TempDir
    protected Path directory;

    final FakeLauncher launcher = new FakeLauncher();
    final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T20:31:38Z"));
    /** The repository under test. */
    protected Repository repo;

    /** The storage of the repository under test: the same one, opened once more, at every call within one test. */
    protected abstract Storage openStorage();

    @BeforeEach
    void initialize() {
        repo = zvpg().init();
    }

    @AfterEach
    void close() {
        repo.close();
    }

    final Path home() {
        return directory.resolve("home");
    }

    final Zvpg zvpg() {
        return Zvpg.at(home())
                .storage(this::openStorage)
                .postgres(launcher)
                .ports(6000, 6009)
                .clock(clock);
    }

    /** Opens it anew, as after the end of its JVM. */
    protected final Repository reopen() {
        return reopen(zvpg());
    }

    final Repository reopen(Zvpg differently) {
        repo.close();
        repo = differently.open();
        return repo;
    }

    static void put(WorkingCopy copy, String key, String value) {
        Launched.fake(copy.start()).put(key, value);
    }

    static Map<String, String> rows(WorkingCopy copy) {
        return FakeServer.rowsOf(copy.dataDirectory());
    }

    final Branch main() {
        return repo.branch("main");
    }

    final List<VolumeId> openStorageVolumes() {
        try (Storage storage = openStorage()) {
            return Stream.concat(
                            storage.list().volumes().stream().map(StoredVolume::id),
                            storage.drafts().stream().map(StoredDraft::id))
                    .toList();
        }
    }

    /** Everything that the storage knows, to be compared with what it knew before. */
    final Map<String, Map<String, String>> everything() {
        Map<String, Map<String, String>> all = new TreeMap<>();
        try (Storage storage = openStorage()) {
            storage.list().volumes().forEach(volume -> all.put("volume " + volume.id(), volume.attributes()));
            storage.list().snapshots().forEach(image -> all.put("snapshot " + image.id(), image.attributes()));
        }
        return all;
    }

    /** The kinds of events that something makes, but for progress. */
    final List<String> eventsOf(Runnable action) {
        List<String> events = new ArrayList<>();
        try (Subscription subscription = repo.listen(event -> {
            if (!(event instanceof Event.Progress)) {
                events.add(event.getClass().getSimpleName());
            }
        })) {
            action.run();
        }
        return events;
    }
}
