package dev.zvpg;

import dev.zvpg.server.DataDirectory;
import dev.zvpg.server.Server;
import java.util.Optional;

/** Tells whether a branch holds work that no snapshot has. Thread-safe. */
final class DirtyCheck {

    private final Context context;
    private final Servers servers;

    DirtyCheck(Context context, Servers servers) {
        this.context = context;
        this.servers = servers;
    }

    /**
     * Whether writing transactions ran since the head snapshot. When in doubt they did: without a head, nothing of the branch is
     * saved; after a crash the position is that of the last checkpoint, and what was committed since is only in the WAL.
     * Called under the branch's lock.
     */
    boolean isUnsaved(Catalog catalog, CopyRecord branch) {
        Optional<SnapshotRecord> found = catalog.head(branch);
        if (found.isEmpty()) {
            return true;
        }
        SnapshotRecord head = found.get();
        Optional<Server> server = servers.find(branch);
        if (server.isPresent()) {
            return server.get().position().nextTransactionId() != head.nextTransactionId();
        }
        DataDirectory data =
                context.launcher().inspect(context.dataDirectory(branch.volume().id()));
        return data.exact()
                ? data.position().nextTransactionId() != head.nextTransactionId()
                : !isImageOf(branch, head);
    }

    /** Whether the branch still is what the snapshot is, because no server was ever started on it. */
    private static boolean isImageOf(CopyRecord branch, SnapshotRecord head) {
        return branch.untouched().isPresent()
                && (branch.untouched().get().equals(head.id())
                        || head.stored().volume().equals(branch.volume().id()));
    }
}
