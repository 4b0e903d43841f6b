package dev.zvpg.internal.remote;

import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.Lookup;
import dev.zvpg.internal.catalog.Provenance;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.engine.Context;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.remote.RefUpdate;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.SnapshotId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/** Where the branches of remotes were when these were asked last. Thread-safe. */
record TrackingRefs(Context context) {

    /** Moves some in one step; what they lead to is kept by them now, and not because it has just come. */
    List<RefUpdate> move(SortedMap<String, SnapshotId> to) {
        try (Locks.Held held = context.locks().repository()) {
            Catalog catalog = context.catalog();
            SortedMap<String, SnapshotRecord> before = catalog.tracked();
            Map<SnapshotId, Set<String>> refs = new LinkedHashMap<>();
            List<RefUpdate> updates = new ArrayList<>();
            Set<SnapshotId> kept = new HashSet<>();
            to.forEach((name, id) -> {
                SnapshotRecord target =
                        catalog.snapshot(id).orElseThrow(() -> Lookup.gone("snapshot " + id + " of " + name));
                Optional<SnapshotRecord> old = Optional.ofNullable(before.get(name));
                boolean moves = old.filter(image -> image.id().equals(id)).isEmpty();
                if (moves) {
                    old.ifPresent(image -> refsOf(refs, image).remove(name));
                    refsOf(refs, target).add(name);
                }
                catalog.lineage().history(id).forEach(image -> kept.add(image.id()));
                updates.add(new RefUpdate(
                        name,
                        moves ? RefUpdate.Status.UPDATED : RefUpdate.Status.UP_TO_DATE,
                        old.map(image -> image.id().value()),
                        Optional.of(id.value()),
                        ""));
            });
            update(catalog, refs, kept);
            return updates;
        }
    }

    /** Forgets those of a remote, and what was found to be the same there. */
    void forget(String remote) {
        try (Locks.Held held = context.locks().repository()) {
            Catalog catalog = context.catalog();
            Map<SnapshotId, Set<String>> refs = new LinkedHashMap<>();
            catalog.tracked().forEach((name, image) -> {
                if (name.startsWith(remote + "/")) {
                    refsOf(refs, image).remove(name);
                }
            });
            update(catalog, refs, Set.of());
            List<AttributeChange> changes = new ArrayList<>();
            for (SnapshotRecord image : catalog.snapshots()) {
                Set<String> same = new HashSet<>(image.provenance().same());
                if (same.removeIf(key -> key.startsWith(remote + Agreement.KEY_SEPARATOR))) {
                    changes.add(Provenance.same(image.id(), same));
                }
            }
            update(changes);
        }
    }

    private static Set<String> refsOf(Map<SnapshotId, Set<String>> refs, SnapshotRecord image) {
        return refs.computeIfAbsent(
                image.id(), id -> new HashSet<>(image.provenance().refs()));
    }

    private void update(Catalog catalog, Map<SnapshotId, Set<String>> refs, Set<SnapshotId> kept) {
        List<AttributeChange> changes = new ArrayList<>();
        for (SnapshotRecord image : catalog.snapshots()) {
            Set<String> remove = new HashSet<>();
            Map<String, String> set = Map.of();
            if (refs.containsKey(image.id())) {
                set = Provenance.refs(refs.get(image.id()));
                remove.addAll(Provenance.refsOf(image));
            }
            if (kept.contains(image.id())) {
                remove.addAll(Provenance.marksOf(image));
            }
            if (!set.isEmpty() || !remove.isEmpty()) {
                changes.add(new AttributeChange(image.id(), set, remove));
            }
        }
        update(changes);
    }

    private void update(List<AttributeChange> changes) {
        if (!changes.isEmpty()) {
            context.storage().update(changes);
        }
    }
}
