package dev.zvpg.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.NotFoundException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every storage promises of attributes. */
public abstract class AttributeContract extends DraftContract {

    static List<String> values() {
        return List.of(
                "",
                " ",
                "two\nlines\r\n\tand a tab",
                "\u00e4\u00f6\u00fc \u20ac \u6f22\u5b57 \ud83d\udc18",
                "\"quotes\" 'and' \\backslashes\\ {\"json\": [null]} %s $HOME",
                "\u0001\u001f\u007f\u0085\u2028",
                "x".repeat(Attributes.MAX_VALUE_BYTES),
                "\u20ac".repeat(Attributes.MAX_VALUE_BYTES / 3));
    }

    @ParameterizedTest
    @MethodSource("values")
    void attributesComeBackAsTheyWereGiven(String value) {
        Map<String, String> attributes = Map.of("message", value, "a-2", "x");
        Trees.create(storage, MAIN, attributes);
        storage.snapshot(MAIN, V1, attributes, CopyProgress.NONE);
        Trees.clone(storage, V1, CLONE, attributes);
        VolumeId updated = new VolumeId("updated");
        Trees.create(storage, updated, Map.of());
        storage.update(List.of(AttributeChange.set(updated, attributes)));

        for (Storage each : List.of(storage, open())) {
            assertThat(each.list().volumes())
                    .hasSize(3)
                    .allSatisfy(v -> assertThat(v.attributes()).isEqualTo(attributes));
            assertThat(each.list().snapshots())
                    .hasSize(1)
                    .allSatisfy(s -> assertThat(s.attributes()).isEqualTo(attributes));
        }
    }

    @Test
    void attributesOutOfBoundsAreRefusedAndNothingIsMade() {
        mainWith("file", "x");
        for (Map<String, String> wrong : List.of(
                Map.of("Upper", ""),
                Map.of("", ""),
                Map.of("a:b", ""),
                Map.of("a".repeat(64), ""),
                Map.of("a", "\0"),
                Map.of("a", "\ud83d"),
                Map.of("a", "x".repeat(Attributes.MAX_VALUE_BYTES + 1)))) {
            assertThatThrownBy(() -> Trees.create(storage, CLONE, wrong)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> storage.snapshot(MAIN, V1, wrong, CopyProgress.NONE))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertNothingButMain();
    }

    @Test
    void aCloneDoesNotInheritAttributes() {
        Trees.create(storage, MAIN, Map.of("volume", "1"));
        storage.snapshot(MAIN, V1, Map.of("snapshot", "2"), CopyProgress.NONE);
        Trees.clone(storage, V1, CLONE, Map.of("clone", "3"));

        assertThat(attributes(MAIN)).isEqualTo(Map.of("volume", "1"));
        assertThat(attributes(V1)).isEqualTo(Map.of("snapshot", "2"));
        assertThat(attributes(CLONE)).isEqualTo(Map.of("clone", "3"));
    }

    @Test
    void anUpdateAddsReplacesAndRemoves() {
        Trees.create(storage, MAIN, Map.of("kept", "1", "replaced", "2", "removed", "3"));

        storage.update(List.of(
                new AttributeChange(MAIN, Map.of("replaced", "4", "added", "5"), Set.of("removed", "never-there"))));

        assertThat(attributes(MAIN)).isEqualTo(Map.of("kept", "1", "replaced", "4", "added", "5"));
    }

    @Test
    void anUpdateThatHasNothingToChangeChangesNothing() {
        Trees.create(storage, MAIN, Map.of("kept", "1"));

        storage.update(List.of());
        storage.update(List.of(new AttributeChange(MAIN, Map.of(), Set.of("never-there"))));

        assertThat(attributes(MAIN)).isEqualTo(Map.of("kept", "1"));
    }

    @Test
    void anUpdateOfSeveralObjectsChangesAllOfThem() {
        Trees.create(storage, MAIN, Map.of("head", "yes"));
        snapshot(MAIN, V1);
        clone(V1, CLONE);

        storage.update(List.of(
                new AttributeChange(MAIN, Map.of(), Set.of("head")),
                AttributeChange.set(CLONE, Map.of("head", "yes")),
                AttributeChange.set(V1, Map.of("seen", "1"))));

        assertThat(attributes(MAIN)).isEmpty();
        assertThat(attributes(CLONE)).isEqualTo(Map.of("head", "yes"));
        assertThat(attributes(V1)).isEqualTo(Map.of("seen", "1"));
    }

    @Test
    void anUpdateThatNamesAnUnknownObjectChangesNothing() {
        Trees.create(storage, MAIN, Map.of("a", "1"));
        for (StoredId unknown : List.of(new VolumeId("unknown"), new SnapshotId("unknown"), new SnapshotId("main"))) {
            assertThatThrownBy(() -> storage.update(List.of(
                            AttributeChange.set(MAIN, Map.of("a", "2")),
                            AttributeChange.set(unknown, Map.of("a", "2")))))
                    .isInstanceOf(NotFoundException.class);
            assertThat(attributes(MAIN)).isEqualTo(Map.of("a", "1"));
        }
    }

    @Test
    void anUpdateNamesAnObjectOnce() {
        Trees.create(storage, MAIN, Map.of("a", "1"));
        assertThatThrownBy(() -> storage.update(List.of(
                        AttributeChange.set(MAIN, Map.of("a", "2")), AttributeChange.set(MAIN, Map.of("a", "3")))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(attributes(MAIN)).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void aDestructionAndTheChangesOfItsStepAreOne() {
        Trees.create(storage, MAIN, Map.of("head", "yes"));
        snapshot(MAIN, V1);
        clone(V1, CLONE);
        snapshot(CLONE, new SnapshotId("later"));

        storage.destroy(
                V1,
                List.of(
                        new AttributeChange(MAIN, Map.of(), Set.of("head")),
                        AttributeChange.set(new SnapshotId("later"), Map.of("parent", "none"))));
        assertThat(attributes(MAIN)).isEmpty();
        assertThat(attributes(new SnapshotId("later"))).containsEntry("parent", "none");
        assertThat(storage.list().snapshots()).hasSize(1);

        storage.destroy(CLONE, List.of(AttributeChange.set(new SnapshotId("later"), Map.of("parent", "gone"))));
        assertThat(attributes(new SnapshotId("later"))).containsEntry("parent", "gone");
        assertThat(storage.list().volumes()).extracting(StoredVolume::id).containsExactly(MAIN);
    }

    @Test
    void aDestructionWhoseStepNamesAnUnknownObjectDestroysAndChangesNothing() {
        Trees.create(storage, MAIN, Map.of("a", "1"));
        snapshot(MAIN, V1);
        clone(V1, CLONE);
        List<AttributeChange> unknown = List.of(
                AttributeChange.set(MAIN, Map.of("a", "2")),
                AttributeChange.set(new SnapshotId("unknown"), Map.of("a", "2")));
        assertThatThrownBy(() -> storage.destroy(CLONE, unknown))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("unknown");
        assertThatThrownBy(() -> storage.destroy(V1, unknown)).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> storage.destroy(CLONE, List.of(AttributeChange.set(CLONE, Map.of("a", "2")))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(attributes(MAIN)).isEqualTo(Map.of("a", "1"));
        assertThat(storage.list().volumes()).extracting(StoredVolume::id).containsExactly(MAIN, CLONE);
        assertThat(storage.list().snapshots()).extracting(StoredSnapshot::id).containsExactly(V1);
        assertThat(storage.directory(CLONE)).isDirectory();
    }

    @Test
    void anUpdateOfNothingIsFine() {
        storage.update(List.of());
        assertThat(storage.list().volumes()).isEmpty();
    }
}
