package dev.zvpg.internal.engine;

import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.Provenance;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.catalog.Start;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.server.Finding;
import dev.zvpg.server.Server;
import dev.zvpg.storage.Draft;
import dev.zvpg.storage.VolumeId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Gives a branch or a clone a new volume that starts as a snapshot; what it is called and how it runs stays. Until
 * {@link #commit} nothing has changed, and {@link #close} undoes what was begun; in any case {@code close} starts the
 * server again. Used under the working copy's lock, by the thread that began it.
 */
final class Replacement implements AutoCloseable {

    private final Context context;
    private final Servers servers;
    private final Catalog before;
    private final CopyRecord copy;
    private final SnapshotRecord target;
    private final Draft draft;

    /** How far it is beyond its target, where it had to be changed to run here. */
    private final Optional<Start> start;

    private final List<Finding> findings;
    private final long began;
    private boolean wasRunning;

    private Replacement(
            Context context,
            Servers servers,
            Catalog before,
            CopyRecord copy,
            SnapshotRecord target,
            Draft draft,
            Optional<Start> start,
            List<Finding> findings,
            long began) {
        this.context = context;
        this.servers = servers;
        this.before = before;
        this.copy = copy;
        this.target = target;
        this.draft = draft;
        this.start = start;
        this.findings = findings;
        this.began = began;
    }

    /**
     * Makes the new volume, while the server goes on.
     *
     * @param catalog where the working copy and the snapshot are from
     * @param what the whole operation, in words, for its progress
     */
    static Replacement begin(
            Context context, Servers servers, Catalog catalog, CopyRecord copy, SnapshotRecord target, String what) {
        long began = System.nanoTime();
        Draft draft = context.storage().clone(target.id(), VolumeId.generate(copy.name()), context.progress(what));
        try {
            Path data = Context.dataDirectory(draft.directory());
            // what runs is started soon, and by then cannot go back
            boolean isTakenOver =
                    target.provenance().isForeign() && servers.find(copy).isPresent();
            List<Finding> findings = isTakenOver
                    ? context.disarm(catalog.key(target), data, copy.settings())
                    : context.launcher().disarm(data);
            Optional<Start> start = isTakenOver
                    ? Optional.of(new Start(target.id(), context.launcher().position(data)))
                    : Optional.empty();
            return new Replacement(context, servers, catalog, copy, target, draft, start, findings, began);
        } catch (RuntimeException | Error e) {
            try (draft) {
                throw e;
            }
        }
    }

    /** Stops the server; from here on nothing more is written to the old volume. */
    void stopServer() {
        wasRunning = servers.stop(copy, Server::stop);
    }

    /** Stops it without a last checkpoint, for a state that nobody wants to keep. */
    void stopServerAtOnce() {
        wasRunning = servers.stop(copy, Server::stopAtOnce);
    }

    /** Takes the one step: before it the working copy is the old volume, after it the new one. */
    void commit() {
        try (Locks.Held repository = context.locks().repository()) {
            context.home().requireLiving();
            Map<String, String> attributes = new TreeMap<>(copy.volume().attributes());
            // what was being merged into the old volume is no matter of the new one
            attributes
                    .keySet()
                    .removeAll(Set.of(
                            CopyRecord.BASE,
                            CopyRecord.GROWN_FROM,
                            CopyRecord.UNTOUCHED,
                            CopyRecord.START,
                            Provenance.FOREIGN,
                            SnapshotRecord.DERIVED,
                            CopyRecord.MERGING));
            attributes.putAll(Provenance.foreign(target.provenance().isForeign() && start.isEmpty()));
            start.ifPresent(known -> attributes.put(CopyRecord.START, known.text()));
            if (copy.kind() == CopyRecord.Kind.CLONE) {
                attributes.put(CopyRecord.BASE, target.id().value());
                attributes.put(CopyRecord.GROWN_FROM, target.id().value());
            } else {
                Catalog now = context.catalog(); // the target may have been deleted meanwhile
                now.lineage()
                        .nearest(before.lineage().images(target.id()))
                        .ifPresent(image -> attributes.put(CopyRecord.GROWN_FROM, image.value()));
                List<SnapshotRecord> history = before.lineage().history(target.id());
                now.lineage().nearest(history).ifPresent(base -> attributes.put(CopyRecord.BASE, base.value()));
                if (now.lineage().isCutOff(history)) {
                    attributes.put(SnapshotRecord.DERIVED, Boolean.toString(true));
                }
                if (start.isEmpty()) { // nobody has written to it
                    attributes.put(CopyRecord.UNTOUCHED, target.id().value());
                }
            }
            draft.publishInPlaceOf(copy.volume().id(), attributes);
        }
    }

    /** What was switched off in the new volume. */
    List<Finding> findings() {
        return findings;
    }

    Duration took() {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    @Override
    public void close() {
        try (draft) {
            if (wasRunning) { // on the new volume where it was committed, also where that was not acknowledged
                servers.start(context.catalog().require(copy.key()));
            }
        }
    }
}
