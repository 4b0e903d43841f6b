package dev.zvpg.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.TestDirectories;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.Draft;
import dev.zvpg.storage.OverlayDraft;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drafts that are laid over a snapshot, as far as the storage knows of it. */
class StandingTest {

    private static final VolumeId MAIN = new VolumeId("main");
    private static final VolumeId SCRATCH = new VolumeId("scratch");
    private static final VolumeId OTHER = new VolumeId("other");
    private static final SnapshotId V1 = new SnapshotId("v1");

    @TempDir(factory = TestDirectories.class)
    Path directory;

    private Storage storage;

    @BeforeEach
    void makeASnapshot() throws IOException {
        storage = DirectoryStorage.at(directory, CopyMethod.COPY).open();
        try (Draft draft = storage.create(MAIN)) {
            Files.writeString(draft.directory().resolve("file"), "v1");
            draft.publish(Map.of());
        }
        storage.snapshot(MAIN, V1, Map.of(), CopyProgress.NONE);
    }

    @AfterEach
    void close() throws IOException {
        storage.recover(volume -> true);
        assertThat(names("drafts")).isEmpty();
        assertThat(storage.foreign()).isEmpty();
        storage.close();
    }

    private List<String> names(String area) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(area))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private OverlayDraft overlay(VolumeId volume) {
        return storage.overlay(V1, volume).orElseThrow();
    }

    @Test
    void aSnapshotThatIsDestroyedIsGoneAtOnceAndItsFilesGoWithTheLastThatStandsOnThem() throws IOException {
        OverlayDraft first = overlay(SCRATCH);
        OverlayDraft second = overlay(OTHER);
        storage.destroy(V1);
        assertThat(storage.list().snapshots()).isEmpty();
        assertThat(storage.foreign()).isEmpty();
        storage.recover(volume -> true);
        assertThat(first.lower().resolve("file")).hasContent("v1");
        first.close();
        assertThat(second.lower().resolve("file")).hasContent("v1");
        second.close();
        assertThat(names("snapshots")).isEmpty();
    }

    @Test
    void nothingIsLaidOverASnapshotThatIsDestroyed() throws IOException {
        storage.destroy(V1);
        assertThatThrownBy(() -> overlay(SCRATCH)).isInstanceOf(NotFoundException.class);
        assertThat(names("snapshots")).isEmpty();
        assertThat(names("volumes")).containsExactly("main");
    }

    @Test
    void whatIsFilledIsPublishedWithNothingElseInIt() throws IOException {
        Path merged = Files.createDirectory(directory.resolveSibling(directory.getFileName() + "-merged"));
        try (OverlayDraft draft = overlay(SCRATCH)) {
            assertThatThrownBy(() -> draft.publish(Map.of())).isInstanceOf(IllegalStateException.class);
            Files.createDirectory(draft.directory().resolve("upper"));
            Files.writeString(merged.resolve("file"), "v2");
            draft.fill(merged, CopyProgress.NONE);
            draft.publish(Map.of());
        } finally {
            Files.deleteIfExists(merged.resolve("file"));
            Files.delete(merged);
        }
        Path tree = storage.directory(SCRATCH);
        try (Stream<Path> files = Files.list(tree)) {
            assertThat(files).containsExactly(tree.resolve("file"));
        }
        assertThat(tree.resolve("file")).hasContent("v2");
        assertThat(storage.directory(V1).resolve("file")).hasContent("v1");
        storage.destroy(V1);
        assertThat(names("snapshots")).isEmpty();
    }
}
