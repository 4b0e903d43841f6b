package dev.zvpg.internal.engine;

import dev.zvpg.error.DivergedException;
import dev.zvpg.error.MergeConflictException;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.Lookup;
import dev.zvpg.internal.catalog.Merging;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.comparison.AllOrNone;
import dev.zvpg.internal.comparison.OpenDiff;
import dev.zvpg.merge.MergeOptions;
import dev.zvpg.merge.MergeReport;
import dev.zvpg.server.Server;
import dev.zvpg.server.ServerContent;
import dev.zvpg.server.ServerMerge;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes in a branch what another one has changed since the two parted: first in a scratch clone of it, then in itself.
 * What it has done itself stays.
 *
 * <p>Used under the locks of the branches, by the thread that holds them. All that the two hold is in their heads.
 */
final class ThreeWayMerges {

    private static final Logger LOG = LoggerFactory.getLogger(ThreeWayMerges.class);

    private final Context context;
    private final Servers servers;
    private final Scratches scratches;
    private final Diffs diffs;
    private final Settlement settlement;

    ThreeWayMerges(Context context, Servers servers, Scratches scratches, Diffs diffs, Settlement settlement) {
        this.context = context;
        this.servers = servers;
        this.scratches = scratches;
        this.diffs = diffs;
        this.settlement = settlement;
    }

    /** What was done, and the snapshot that has it. */
    record Done(SnapshotKey snapshot, MergeReport report) {}

    /** Two heads, and where they parted. */
    private record Parted(CopyKey into, String from, SnapshotKey ours, SnapshotKey theirs, List<SnapshotKey> bases) {

        static Parted of(Catalog catalog, CopyKey into, String from, SnapshotRecord theirs) {
            SnapshotRecord ours = head(catalog, into);
            List<SnapshotKey> bases = catalog.lineage().mergeBases(ours.id(), theirs.id()).stream()
                    .map(catalog::key)
                    .toList();
            if (bases.isEmpty()) {
                throw new DivergedException(into.name(), from);
            }
            return new Parted(into, from, catalog.key(ours), catalog.key(theirs), bases);
        }
    }

    /** A scratch clone, or what theirs has changed since a base. */
    private record Part(Optional<Scratch> scratch, Optional<OpenDiff> diff, Runnable end) implements Runnable {
        @Override
        public void run() {
            end.run();
        }
    }

    /**
     * All that a merge reads from, or is tried in.
     *
     * @param all what is tried in first, if it is to be tried
     * @param changes what theirs has changed since each base
     */
    private record Parts(List<Part> all, List<ServerContent.Comparison> changes, ServerMerge.Definitions definitions)
            implements AutoCloseable {

        /** Whether theirs has other definitions than a base, beside those of the cluster. */
        boolean haveDefinitions() {
            return changes.stream()
                    .flatMap(comparison -> comparison.schema().stream())
                    .anyMatch(change -> !change.database().isEmpty());
        }

        MergeReport rehearse(MergeOptions options) {
            Server ours = all.get(0).scratch().orElseThrow().server();
            try (ServerMerge merge = ours.merge(changes, definitions, options, Set.of())) {
                return merge.report();
            }
        }

        /** What came of the merge counts, and not how its tools end. */
        @Override
        public void close() {
            AllOrNone.end(all)
                    .ifPresent(e -> LOG.warn("What a merge worked on could not be removed; the next open() does", e));
        }
    }

    /** Tells what would be done. */
    MergeReport rehearse(CopyKey into, CopyKey from, MergeOptions options) {
        try (Parts parts = open(part(into, from), true)) {
            return parts.rehearse(options);
        }
    }

    /** Merges, unless there are conflicts. */
    Done merge(CopyKey into, CopyKey from, MergeOptions options) {
        return merge(part(into, from), options);
    }

    /** Merges a snapshot, that is called what it was fetched as. */
    Done merge(CopyKey into, String from, SnapshotKey theirs, MergeOptions options) {
        Catalog catalog = context.catalog();
        return merge(Parted.of(catalog, catalog.require(into).key(), from, catalog.require(theirs)), options);
    }

    private Done merge(Parted parted, MergeOptions options) {
        try (Parts parts = open(parted, true)) {
            MergeReport rehearsed = requireNoConflicts(parted, parts.rehearse(options));
            MergeReport report;
            try {
                report = commit(parted, parts, options, Set.of());
            } catch (RuntimeException e) {
                return new Done(settle(parted, options, e), rehearsed);
            }
            return new Done(settlement.finish(parted.into(), parted.theirs().id(), message(parted, options)), report);
        }
    }

    /** Merges into the databases that have not got what others have, because it was cut off. */
    SnapshotKey finish(CopyKey into, Set<String> done, MergeOptions options) {
        Catalog catalog = context.catalog();
        CopyRecord branch = catalog.require(into);
        Merging merging = branch.merging().orElseThrow();
        SnapshotRecord theirs =
                catalog.snapshot(merging.theirs()).orElseThrow(() -> Lookup.gone("snapshot " + merging.theirs()));
        Parted parted = Parted.of(catalog, branch.key(), Settlement.from(catalog, merging), theirs);
        try (Parts parts = open(parted, false)) {
            commit(parted, parts, options, done);
            return settlement.finish(into, theirs.id(), message(parted, options));
        }
    }

    private Parted part(CopyKey into, CopyKey from) {
        Catalog catalog = context.catalog();
        return Parted.of(
                catalog, catalog.require(into).key(), catalog.require(from).name(), head(catalog, from));
    }

    private static SnapshotRecord head(Catalog catalog, CopyKey key) {
        return catalog.head(catalog.require(key)).orElseThrow(() -> Lookup.gone("the head of " + key.words()));
    }

    private Parts open(Parted parted, boolean withOurs) {
        Stream<Callable<Part>> changes = parted.bases().stream()
                .map(base -> () -> changes(new Revision.OfSnapshot(base), new Revision.OfSnapshot(parted.theirs())));
        Stream<Callable<Part>> ours = withOurs ? Stream.of(() -> scratch(parted.ours())) : Stream.of();
        List<Part> all = AllOrNone.open(Stream.concat(ours, changes).toList());
        List<OpenDiff> diffs =
                all.stream().flatMap(part -> part.diff().stream()).toList();
        Parts parts = new Parts(all, diffs.stream().map(OpenDiff::comparison).toList(), ServerMerge.Definitions.NONE);
        return diffs.size() == 1 && parts.haveDefinitions() // several bases would have to lead to the same statements
                ? redefined(parted, parts.all(), diffs.get(0))
                : parts;
    }

    /** Lets theirs, and a copy of the base, get the same definitions before their rows are compared. */
    private Parts redefined(Parted parted, List<Part> parts, OpenDiff diff) {
        List<Part> all = new ArrayList<>(parts);
        try {
            if (all.get(0).scratch().isEmpty()) {
                all.add(0, scratch(parted.ours()));
            }
            Server ours = all.get(0).scratch().orElseThrow().server();
            OpenDiff.Redefined redefined = diff.redefine(ours::definitions);
            return new Parts(all, List.of(redefined.comparison()), redefined.definitions());
        } catch (RuntimeException | Error e) {
            AllOrNone.end(all).ifPresent(e::addSuppressed);
            throw e;
        }
    }

    private Part scratch(SnapshotKey image) {
        Scratch scratch = scratches.scratch(image, Scratches.COMPARED);
        return new Part(Optional.of(scratch), Optional.empty(), () -> scratches.end(scratch));
    }

    private Part changes(Revision base, Revision theirs) {
        OpenDiff diff = diffs.compare(base, theirs);
        return new Part(Optional.empty(), Optional.of(diff), diff::close);
    }

    private static MergeReport requireNoConflicts(Parted parted, MergeReport report) {
        if (report.conflictCount() > 0) {
            throw new MergeConflictException(parted.into().name(), parted.from(), report);
        }
        return report;
    }

    /** Merges into the branch itself. A kill leaves the note behind once anything may have been committed. */
    private MergeReport commit(Parted parted, Parts parts, MergeOptions options, Set<String> done) {
        CopyRecord branch = context.catalog().require(parted.into());
        try (Servers.Running running = servers.borrow(branch);
                ServerMerge merge = running.server().merge(parts.changes(), parts.definitions(), options, done)) {
            MergeReport report = requireNoConflicts(parted, merge.report()); // others may have written meanwhile
            String transactions = merge.transactions();
            if (!transactions.isEmpty()) {
                settlement.note(parted.into(), parted.theirs(), transactions);
                merge.commit();
            }
            return report;
        }
    }

    /** Asks the server what came of a commit that failed. */
    private SnapshotKey settle(Parted parted, MergeOptions options, RuntimeException failure) {
        try {
            Settlement.Settled settled = settlement.settle(parted.into(), options.message());
            Optional<SnapshotKey> snapshot =
                    settled.isHalf() ? Optional.of(finish(parted.into(), settled.done(), options)) : settled.snapshot();
            return snapshot.orElseThrow(() -> failure);
        } catch (RuntimeException again) {
            if (again != failure) {
                failure.addSuppressed(again);
            }
            throw failure;
        }
    }

    private static String message(Parted parted, MergeOptions options) {
        return options.message()
                .orElse(Settlement.message(parted.from(), parted.into().name()));
    }
}
