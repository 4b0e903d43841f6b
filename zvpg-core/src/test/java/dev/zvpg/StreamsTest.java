package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.error.RemoteException;
import dev.zvpg.info.Event;
import dev.zvpg.info.Subscription;
import dev.zvpg.internal.wire.Frames;
import dev.zvpg.internal.wire.Link;
import dev.zvpg.storage.FakeStreams;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What two repositories say to each other whose storages have a format of their own; the format is a fake. */
@Tag(Effort.ANYBODY)
class StreamsTest extends RemotesContract {

    private final Map<String, Map<SnapshotId, byte[]>> partials = new ConcurrentHashMap<>();

    @Override
    protected Storage openStorage(String name) {
        Storage plain =
                DirectoryStorage.at(directory.resolve(name + "-storage")).open();
        return FakeStreams.in(plain, partials.computeIfAbsent(name, key -> new ConcurrentHashMap<>()));
    }

    private static List<Event> events(Repository repo, Runnable work) {
        List<Event> events = new ArrayList<>();
        try (Subscription listener = repo.listen(events::add)) {
            work.run();
        }
        return events;
    }

    private boolean hasPartial(Snapshot snapshot) {
        return partials.getOrDefault("ours", Map.of()).containsKey(new SnapshotId(snapshot.id()));
    }

    @Test
    void whatWasCutGoesOnAndTheDoctorTellsOfIt() throws IOException {
        Branch main = theirs.branch("main");
        writeTable(main, 1);
        Snapshot v1 = commit(main, "v1", "a", "1");
        fetchCutAfter(1_000_000);
        assertThat(hasPartial(v1)).isTrue();
        assertThat(ours.doctor())
                .anySatisfy(problem -> assertThat(problem.what()).contains("on their way", v1.id()));
        long[] bytes = {0};
        List<Event> events = events(ours, () -> bytes[0] = fetch().bytes());
        assertThat(bytes[0]).isLessThan(1_500_000);
        assertThat(events)
                .filteredOn(Event.TransferResumed.class::isInstance)
                .singleElement()
                .isInstanceOfSatisfying(
                        Event.TransferResumed.class,
                        resumed -> assertThat(resumed.bytes()).isBetween(500_000L, 1_000_000L));
        requireTheSame(v1);
        assertThat(hasPartial(v1)).isFalse();
    }

    @Test
    void whatSomebodyElseHasBegunIsNotBelieved() throws IOException {
        writeTable(theirs.branch("main"), 1);
        Snapshot v1 = commit(theirs.branch("main"), "v1", "a", "1");
        fetchCutAfter(1_000_000);
        byte[] begun = partials.getOrDefault("ours", Map.of()).getOrDefault(new SnapshotId(v1.id()), new byte[0]);
        begun[begun.length / 2] ^= 1; // in the middle of the table
        assertThatThrownBy(this::fetch)
                .isInstanceOf(RemoteException.class)
                .hasMessageContaining("SHA-256 of the whole tree");
        assertThat(ours.findSnapshot("origin/main@v1")).isEmpty();
        assertThat(fetch().snapshots()).containsExactly(v1.id());
        requireTheSame(v1);
    }

    @Test
    void filesThatCannotBeUsedAsTheyAreGoOneByOne() throws IOException {
        Path data = theirs.branch("main").dataDirectory();
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        writeTable(theirs.branch("main"), 1);
        Snapshot v1 = commit(theirs.branch("main"), "v1", "a", "1");
        fetchCutAfter(1_000_000);
        assertThat(hasPartial(v1)).isFalse();
        assertThat(fetch().snapshots()).containsExactly(v1.id());
        requireTheSame(v1);
    }

    @Test
    void aFormatThatNobodyHasOfferedIsRefused() throws Exception {
        Snapshot v1 = commit(theirs.branch("main"), "v1", "a", "1");
        try (Link link = greet()) {
            ObjectNode give = Frames.message().put("do", "give").put("id", "x1-0123456789abcdef");
            ObjectNode attributes = give.putObject("attributes");
            attributes(theirs, v1.id()).forEach(attributes::put);
            give.put("format", "tree-1").put("bytes", 10).put("arch", System.getProperty("os.arch"));
            link.send(give);
            assertThat(link.receive().path("stream").path("format").textValue()).isEqualTo("fake-1");
            give.remove("do");
            link.send(give.put("format", "fake-2"));
            ObjectNode refusal = sendData(link, false, data -> data.write(new byte[10]));
            assertThat(refusal.toString()).contains("unknown format", "fake-2");
        }
    }
}
