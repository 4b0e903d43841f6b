package dev.zvpg.internal.engine;

import dev.zvpg.storage.Storage;

/** The verbs of an open repository, for its handles. Thread-safe. */
public record Operations(
        Context context,
        Servers servers,
        Snapshots snapshots,
        CopyFactory copies,
        Branches branches,
        Deletions deletions,
        DirtyCheck dirtyCheck,
        Resets resets,
        Merges merges,
        InfoReader infos,
        Scratches scratches,
        Diffs diffs)
        implements AutoCloseable {

    public static Operations of(Context context) {
        Servers servers = new Servers(context);
        SnapshotWriter writer = new SnapshotWriter(context, servers);
        Settlement settlement = new Settlement(context, servers, writer);
        Snapshots snapshots = new Snapshots(context, writer, settlement);
        CopyFactory copies = new CopyFactory(context, servers);
        DirtyCheck dirtyCheck = new DirtyCheck(context, servers);
        Scratches scratches = new Scratches(context, copies);
        Diffs diffs = new Diffs(context, snapshots, scratches, dirtyCheck);
        ThreeWayMerges threeWays = new ThreeWayMerges(context, servers, scratches, diffs, settlement);
        Resets resets = new Resets(context, servers, snapshots, dirtyCheck);
        return new Operations(
                context,
                servers,
                snapshots,
                copies,
                new Branches(context, snapshots, copies),
                new Deletions(context, servers, snapshots, dirtyCheck),
                dirtyCheck,
                resets,
                new Merges(context, servers, snapshots, dirtyCheck, resets, threeWays, settlement),
                new InfoReader(context, servers, scratches),
                scratches,
                diffs);
    }

    /**
     * Ends the scratch clones, waits for what other threads have begun, and closes the storage whatever else fails.
     * Idempotent.
     */
    @Override
    public void close() {
        if (context.closed().compareAndSet(false, true)) {
            try (Storage storage = context.storage()) {
                scratches.close();
                context.awaitOperations();
            }
        }
    }
}
