package dev.zvpg.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.TreeText;
import dev.zvpg.storage.Trees;
import dev.zvpg.storage.VolumeId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link DirectoryStorage} makes of a damaged, foreign or missing document. */
class DocumentTest {

    private final DirectoryGround ground =
            new DirectoryGround(Path.of(System.getProperty("java.io.tmpdir")), CopyMethod.COPY);
    private Storage storage;
    private Path document;

    @BeforeEach
    void openStorage() {
        storage = ground.open();
        document = ground.place().resolve("storage.json");
    }

    @AfterEach
    void removeEverything() {
        storage.close();
        ground.close();
    }

    @Test
    void aDocumentOfANewerFormatIsRefusedAndKept() throws Exception {
        String newer = "{\"format\": 4, \"volumes\": \"something else altogether\"}";
        Files.writeString(document, newer);
        assertThatThrownBy(ground::open)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(document.toString())
                .hasMessageContaining("newer version");
        assertThatThrownBy(() -> Trees.create(storage, new VolumeId("v"), Map.of()))
                .isInstanceOf(ConfigurationException.class);
        assertThat(document).hasContent(newer);
    }

    @Test
    void aDocumentOfAnEarlierFormatIsRefusedWithWhatToDo() throws Exception {
        String older = Files.readString(document).replace("\"format\":3", "\"format\":2");
        Files.writeString(document, older);
        assertThatThrownBy(ground::open)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("before its first release")
                .hasMessageContaining("make the repository anew");
        assertThat(document).hasContent(older);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\0\0\0\0",
                "{\"format\":3,\"volumes\":[",
                "[]",
                "null",
                "42",
                "{}",
                "{\"format\":\"1\"}",
                "{\"format\":0}",
                "{\"format\":3}",
                "{\"format\":3,\"volumes\":[{}],\"snapshots\":[]}",
                "{\"format\":3,\"volumes\":[{\"id\":\"../..\",\"created\":\"2026-01-01T00:00:00Z\"}],"
                        + "\"snapshots\":[]}",
                "{\"format\":3,\"volumes\":[{\"id\":\"v\",\"created\":\"yesterday\"}],\"snapshots\":[]}",
                "{\"format\":3,\"volumes\":[{\"id\":\"v\",\"created\":\"2026-01-01T00:00:00Z\","
                        + "\"attributes\":{\"a\":1}}],\"snapshots\":[]}",
                "{\"format\":3,\"volumes\":[{\"id\":\"..\"}],\"snapshots\":[]}",
                "{\"format\":3,\"volumes\":[]}",
            })
    void garbageIsRefusedByNameAndNothingIsTouched(String garbage) throws Exception {
        Trees.create(storage, new VolumeId("precious"), Map.of());
        Files.writeString(document, garbage);
        assertThatThrownBy(ground::open)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(document.toString());
        assertThatThrownBy(storage::list).isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> storage.recover(volume -> true)).isInstanceOf(ConfigurationException.class);
        assertThat(ground.place().resolve("volumes/precious")).isDirectory();
        assertThat(document).hasBinaryContent(garbage.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aMissingDocumentBesideTreesIsNotTakenForAnEmptyStorage() throws Exception {
        Trees.create(storage, new VolumeId("precious"), Map.of());
        Files.delete(document);
        assertThatThrownBy(ground::open)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("missing")
                .hasMessageContaining(document.toString());
        assertThatThrownBy(storage::list)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("is gone");
        assertThat(document).doesNotExist();
    }

    @Test
    void aHalfWrittenNextDocumentOfACrashIsIgnored() throws Exception {
        Trees.create(storage, new VolumeId("v"), Map.of());
        Files.writeString(ground.place().resolve("storage.json.new"), "{\"format\":3,\"vol");
        assertThat(ground.open().list()).isEqualTo(storage.list());
        Trees.create(storage, new VolumeId("w"), Map.of());
        assertThat(storage.list().volumes()).hasSize(2);
        assertThat(storage.foreign()).isEmpty();
    }

    @Test
    void aDocumentReplacedByHandIsReadAnew() throws Exception {
        Trees.create(storage, new VolumeId("v"), Map.of("a", "old"));
        assertThat(storage.list().volumes()).hasSize(1);
        FileTime time = Files.getLastModifiedTime(document);
        String edited = Files.readString(document).replace("\"old\"", "\"new\"");
        Path copy = ground.place().resolve("storage.json.new");
        Files.writeString(copy, edited);
        Files.setLastModifiedTime(copy, time); // as a restore from a backup may
        Files.move(copy, document, StandardCopyOption.REPLACE_EXISTING);
        assertThat(storage.list().volumes().get(0).attributes()).isEqualTo(Map.of("a", "new"));
    }

    @Test
    void whatLiesInTheWayOfANewTreeIsForeignAndStays() {
        TreeText.write(ground.place(), "volumes/taken/file", "somebody else's");
        assertThatThrownBy(() -> Trees.create(storage, new VolumeId("taken"), Map.of()))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("not the storage's own");
        storage.recover(volume -> true);
        assertThat(TreeText.read(ground.place().resolve("volumes/taken"))).isEqualTo(Map.of("file", "somebody else's"));
        assertThat(storage.foreign()).containsExactly("volumes/taken");
    }

    @Test
    void aFileIsNoPlaceForAStorage() throws Exception {
        Path file = Files.createFile(ground.place().resolveSibling("file"));
        assertThatThrownBy(() -> DirectoryStorage.at(file).open())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void aDirectoryThatHoldsOtherThingsKeepsThem() throws Exception {
        Path directory = Files.createDirectory(ground.place().resolveSibling("used"));
        TreeText.write(directory, "notes/today", "x");
        try (Storage here = DirectoryStorage.at(directory).open()) {
            assertThat(here.foreign()).isEqualTo(List.of("notes"));
            here.recover(volume -> true);
        }
        assertThat(TreeText.read(directory)).containsEntry("notes/today", "x");
    }

    @Test
    void aPlaceIsReachedByAnyOfItsPaths() throws Exception {
        Path link = ground.place().resolveSibling("link");
        Files.createSymbolicLink(link, ground.place());
        try (Storage other = DirectoryStorage.at(link.resolve("../link/.")).open()) {
            Trees.create(other, new VolumeId("v"), Map.of());
            Trees.create(storage, new VolumeId("w"), Map.of());
            assertThat(other.list()).isEqualTo(storage.list());
        }
    }
}
