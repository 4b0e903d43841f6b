package dev.zvpg.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.internal.io.FileMutex;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.Draft;
import dev.zvpg.storage.Ground;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StorageContract;
import dev.zvpg.storage.StorageFeature;
import dev.zvpg.storage.StoredDraft;
import dev.zvpg.storage.TreeText;
import dev.zvpg.storage.Trees;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The contract, and what directories add to it, on whatever file system a subclass provides. */
abstract class DirectoryStorageContract extends StorageContract {

    private static final int LONGEST_SOCKET_PATH = 100;

    private @Nullable DirectoryGround ground;

    /** Where to make directories. */
    abstract Path fileSystem();

    abstract CopyMethod method();

    @Override
    protected Ground newGround() {
        ground = new DirectoryGround(fileSystem(), method());
        return ground;
    }

    private boolean isSubvolume() {
        return method() == CopyMethod.SUBVOLUME;
    }

    Path place() {
        return directoryGround().place();
    }

    DirectoryGround directoryGround() {
        return Objects.requireNonNull(ground, "made before each test");
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    // ---- what a copy keeps

    @Test
    void socketsAndPipesAreLeftOutOfACopyOfFiles() throws Exception {
        assumeFalse(isSubvolume(), "a copy of a subvolume holds everything");
        mainWith("file", "x");
        Path tree = storage().directory(MAIN);
        assertThat(new ProcessBuilder("mkfifo", tree.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();
        Path socket = tree.resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            if (socket.toString().length() < LONGEST_SOCKET_PATH) {
                server.bind(UnixDomainSocketAddress.of(socket));
            }
            snapshot(MAIN, V1);
        }
        Path copy = storage().directory(V1);
        assertThat(copy.resolve("file")).exists();
        assertThat(copy.resolve("pipe")).doesNotExist();
        assertThat(copy.resolve("s")).doesNotExist();
    }

    @Test
    void itSaysHowItCopies() {
        DirectoryStorage storage = (DirectoryStorage) storage();
        assertThat(storage.copyMethod()).isEqualTo(method());
        assertThat(storage).asString().contains(method().name());
        assertThat(storage.features())
                .isEqualTo(
                        isSubvolume()
                                ? Set.of(StorageFeature.ATOMIC_SNAPSHOT, StorageFeature.CONSTANT_TIME_CLONE)
                                : Set.of());
    }

    // ---- crashes

    @Test
    void whatAPowerCutInTheMiddleOfAVerbLeavesIsRemoved() throws Exception {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        for (String claim : List.of("volumes.half", "snapshots.half", "volumes.nothing-yet", "volumes.main")) {
            TreeText.write(place(), "drafts/" + claim, "");
        }
        TreeText.write(place(), "volumes/half/dir/file", "half");
        TreeText.write(place(), "snapshots/half/dir/file", "half");
        // destroying had begun, and the document knows it no more
        TreeText.write(place(), "drafts/snapshots.v1", "");
        file().change(document -> document.without(V1));

        Storage again = open();
        VolumeId half = new VolumeId("half");
        assertThat(again.foreign()).isEmpty();
        assertThat(again.list().snapshots()).isEmpty();
        assertThat(again.drafts()).containsExactly(new StoredDraft(half, true));
        assertThatThrownBy(() -> Trees.create(again, half, Map.of())).isInstanceOf(AlreadyExistsException.class);
        TreeText.write(place(), "drafts/volumes.half", "");
        again.recover(volume -> false);
        assertThat(again.drafts()).as("one that may not go").hasSize(1);
        again.recover(volume -> true);
        assertThat(place().resolve("drafts")).isEmptyDirectory();
        assertThat(place().resolve("snapshots")).isEmptyDirectory();
        assertThat(place().resolve("volumes")).isDirectoryNotContaining("glob:**half");
        Trees.create(again, half, Map.of());
        assertThat(TreeText.read(again.directory(MAIN))).isEqualTo(Map.of("file", "x"));
    }

    private DocumentFile file() throws IOException {
        Place place = new Place(place());
        return new DocumentFile(place, FileMutex.of(place.lock()));
    }

    @Test
    void makingADraftAndThrowingItAwayWritesNothingDurable() throws Exception {
        mainWith("file", "x");
        snapshot(MAIN, V1);
        byte[] before = Files.readAllBytes(new Place(place()).document());
        FileTime time = Files.getLastModifiedTime(new Place(place()).document());
        try (Draft draft = storage().clone(V1, CLONE, CopyProgress.NONE)) {
            assertThat(draft.directory().resolve("file")).hasContent("x");
        }
        assertThat(new Place(place()).document()).hasBinaryContent(before);
        assertThat(Files.getLastModifiedTime(new Place(place()).document())).isEqualTo(time);
        assertThat(place().resolve("drafts")).isEmptyDirectory();
    }
}
