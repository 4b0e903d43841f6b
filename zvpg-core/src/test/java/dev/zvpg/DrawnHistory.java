package dev.zvpg;

import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.storage.Listing;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StoredSnapshot;
import dev.zvpg.storage.StoredVolume;
import dev.zvpg.storage.VolumeId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A listing made by hand, of histories that no storage has to hold: what a snapshot follows is said and not found out.
 * A snapshot is named by its name, so names are unique here. Confined to one thread.
 */
final class DrawnHistory {

    static final Instant BEGINNING = Instant.parse("2026-01-01T00:00:00Z");

    private final Map<String, StoredVolume> volumes = new LinkedHashMap<>();
    private final List<StoredSnapshot> snapshots = new ArrayList<>();
    private final Map<String, SnapshotId> ids = new LinkedHashMap<>();
    private final Map<String, List<String>> parents = new LinkedHashMap<>();
    private final Map<String, String> refs = new LinkedHashMap<>();

    /** A branch; the first one that is made is the oldest. */
    DrawnHistory branch(String name, String... base) {
        return copy("branch", name, base);
    }

    DrawnHistory clone(String name, String... base) {
        return copy("clone", name, base);
    }

    private DrawnHistory copy(String kind, String name, String... base) {
        VolumeId volume = new VolumeId(kind + "-" + volumes.size());
        Map<String, String> attributes = new LinkedHashMap<>(Map.of("kind", kind, "name", name, "port", "6000"));
        if (base.length > 0) {
            attributes.put("base", id(base[0]).value());
        }
        volumes.put(
                kind + " " + name,
                new StoredVolume(
                        volume,
                        Optional.empty(),
                        attributes,
                        BEGINNING.plusSeconds(volumes.size()),
                        OptionalLong.empty(),
                        OptionalLong.empty()));
        return this;
    }

    /** The branch is deleted; its snapshots stay. */
    DrawnHistory deleteBranch(String name) {
        volumes.remove("branch " + name);
        return this;
    }

    /** A snapshot of a branch that exists. */
    DrawnHistory snapshot(String branch, String name, String message, String... follows) {
        VolumeId volume =
                Objects.requireNonNull(volumes.get("branch " + branch)).id();
        String parentIds = String.join(
                ",", Arrays.stream(follows).map(parent -> id(parent).value()).toList());
        snapshots.add(new StoredSnapshot(
                id(name),
                volume,
                Map.of(
                        "name", name,
                        "branch", volume.value(),
                        "branch-name", branch,
                        "sequence", Integer.toString(snapshots.size() + 1),
                        "message", message,
                        "author", "ann",
                        "parents", parentIds),
                BEGINNING.plusSeconds(60L * snapshots.size()),
                OptionalLong.empty(),
                OptionalLong.empty()));
        parents.put(name, List.of(follows));
        refs.put(name, branch + "@" + name);
        return this;
    }

    private SnapshotId id(String name) {
        return ids.computeIfAbsent(name, n -> new SnapshotId("s" + ids.size()));
    }

    /** The names of what each snapshot follows, by the snapshot's name. */
    Map<String, List<String>> parents() {
        return parents;
    }

    String ref(String name) {
        return refs.getOrDefault(name, "");
    }

    Catalog catalog() {
        return new Catalog(new Listing(List.copyOf(volumes.values()), snapshots));
    }

    Graph graph() {
        return Graph.of(catalog());
    }

    @Override
    public String toString() {
        return graph().text();
    }
}
