package dev.zvpg.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Effort;
import dev.zvpg.diff.Changes;
import dev.zvpg.diff.Changes.Part;
import dev.zvpg.error.ZvpgException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@link Changes} are, and that the comparison of pages finds them all and no others. */
class ChangesTest {

    private static final Path FILE = Path.of("base/1");
    private static final Path OTHER = Path.of("base/2");

    @TempDir
    Path directory;

    private static Changes of(Path file, Part... parts) {
        return new Changes(Map.of(file, List.of(parts)));
    }

    @Test
    void partsThatTouchAreOne() {
        Changes changes = of(FILE, new Part(16, 8), new Part(0, 8), new Part(4, 8), new Part(12, 4));
        assertThat(changes.files()).isEqualTo(Map.of(FILE, List.of(new Part(0, 24))));
        assertThat(changes.bytes()).isEqualTo(24);
        assertThat(of(FILE, new Part(0, 8), new Part(9, 1)).files().get(FILE)).hasSize(2);
        assertThat(new Changes(Map.of(FILE, List.of()))).isEqualTo(Changes.NONE);
    }

    @Test
    void bothTogetherCoverEach() {
        Changes one = of(FILE, new Part(0, 8));
        Changes other = new Changes(Map.of(FILE, List.of(new Part(8, 8)), OTHER, List.of(new Part(0, 1))));
        assertThat(one.and(other).covers(one)).isTrue();
        assertThat(one.and(other).covers(other)).isTrue();
        assertThat(one.covers(other)).isFalse();
        assertThat(other.covers(one)).isFalse();
        assertThat(one.and(other).files())
                .isEqualTo(Map.of(FILE, List.of(new Part(0, 16)), OTHER, List.of(new Part(0, 1))));
        assertThat(one.covers(Changes.NONE)).isTrue();
    }

    @Test
    void aPartThatIsNoneIsRefused() {
        assertThatThrownBy(() -> new Part(-1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Part(0, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Part(Long.MAX_VALUE, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theComparisonFindsEveryPageThatDiffersAndNoOther() throws IOException {
        long seed = Long.getLong("zvpg.seed", System.nanoTime());
        System.out.println("page comparison: -Dzvpg.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < Effort.of(20, 100); round++) {
            Path one = Files.createDirectories(directory.resolve(round + "/one"));
            Path other = directory.resolve(round + "/other");
            TreeEdits.fill(one, random);
            copy(one, other);
            assertThat(PageComparison.of(one, other)).isEqualTo(Changes.NONE);
            for (int i = random.nextInt(12); i >= 0; i--) {
                TreeEdits.edit(random.nextBoolean() ? one : other, random);
            }
            assertThat(PageComparison.of(one, other)).isEqualTo(TreeEdits.differences(one, other));
        }
    }

    @Test
    void aDirectoryInTheFilesPlaceIsAllThatItHolds() throws IOException {
        Path one = Files.createDirectories(directory.resolve("one"));
        Path other = Files.createDirectories(directory.resolve("other"));
        Files.writeString(one.resolve("thing"), "a file");
        Files.writeString(Files.createDirectory(other.resolve("thing")).resolve("in"), "it");
        Changes expected = new Changes(
                Map.of(Path.of("thing"), List.of(new Part(0, 6)), Path.of("thing/in"), List.of(new Part(0, 2))));
        assertThat(PageComparison.of(one, other)).isEqualTo(expected);
        assertThat(PageComparison.of(other, one)).isEqualTo(expected);
    }

    @Test
    void linksAreNotFollowed() throws IOException {
        Path one = Files.createDirectories(directory.resolve("one"));
        Path other = Files.createDirectories(directory.resolve("other"));
        Files.writeString(directory.resolve("secret"), "somebody else's");
        Files.createSymbolicLink(one.resolve("link"), directory.resolve("secret"));
        Files.createSymbolicLink(other.resolve("link"), Path.of("nowhere"));
        assertThat(PageComparison.of(one, other)).isEqualTo(Changes.NONE);
    }

    @Test
    void aTreeThatIsNotThereIsSaid() {
        assertThatThrownBy(() -> PageComparison.of(directory.resolve("none"), directory))
                .isInstanceOf(ZvpgException.class)
                .hasMessageContainingAll("cannot compare", "none");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }
}
