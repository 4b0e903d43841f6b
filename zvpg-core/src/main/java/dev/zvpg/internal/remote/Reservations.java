package dev.zvpg.internal.remote;

import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.Provenance;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.engine.Context;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.SnapshotId;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Keeps what a transfer builds on from being collected as garbage before refs lead to it. Thread-safe. */
record Reservations(Context context) {

    /**
     * Tells which of some snapshots are here, and keeps them for as long as what a cut transfer has brought. Only those
     * are written to that nothing lasting leads to.
     */
    Set<SnapshotId> reserve(Collection<SnapshotId> ids) {
        try (Locks.Held held = context.locks().repository()) { // who collects garbage holds it, too
            Catalog catalog = context.catalog();
            Map<String, String> now =
                    Map.of(Provenance.WANTED, context.clock().instant().toString());
            Set<SnapshotId> here = new HashSet<>(ids);
            here.removeIf(id -> catalog.snapshot(id).isEmpty());
            List<AttributeChange> changes = catalog.reachability().unreachable(Instant.MAX).stream()
                    .map(SnapshotRecord::id)
                    .filter(here::contains)
                    .map(id -> AttributeChange.set(id, now))
                    .toList();
            if (!changes.isEmpty()) {
                context.storage().update(changes);
            }
            return here;
        }
    }
}
