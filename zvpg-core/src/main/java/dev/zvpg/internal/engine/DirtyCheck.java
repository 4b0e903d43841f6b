package dev.zvpg.internal.engine;

import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.server.Position;
import dev.zvpg.server.Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Tells whether a branch holds work that no snapshot has. Thread-safe. */
public final class DirtyCheck {

    private final Context context;
    private final Servers servers;

    DirtyCheck(Context context, Servers servers) {
        this.context = context;
        this.servers = servers;
    }

    /**
     * Whether the branch or clone holds what its head snapshot does not: rows, settings, replication slots. When in
     * doubt it does: without a head, nothing of a branch is saved; after a crash the position is that of the last
     * checkpoint, and what was committed since is only in the WAL. A clone that never ran holds nothing. Called under its
     * lock.
     */
    public boolean isUnsaved(Catalog catalog, CopyRecord branch) {
        boolean neverRan = !Files.exists(context.home().runDirectory(branch.id()));
        if (branch.kind() == CopyRecord.Kind.CLONE && neverRan) {
            return false;
        }
        Optional<SnapshotRecord> found = catalog.head(branch);
        if (found.isEmpty()) {
            return true;
        }
        SnapshotRecord head = found.get();
        if (branch.isForeign()) { // nobody has worked on it here, and no program has to look at what somebody has sent
            return !isImageOf(branch, head);
        }
        Path directory = context.dataDirectory(branch.volume().id()); // first: a server is seen where it is mounted
        Optional<Server> server = servers.find(branch);
        if (server.isPresent()) {
            return hasMoved(directory, catalog.saved(branch, head), server.get().position(), server);
        }
        return context.launcher().inspect(directory).exact()
                ? hasMoved(
                        directory,
                        catalog.saved(branch, head),
                        context.launcher().position(directory),
                        server)
                : !isImageOf(branch, head);
    }

    private boolean hasMoved(Path directory, Position saved, Position now, Optional<Server> server) {
        return !now.isIn(saved) && !isHousekeeping(directory, saved, now, server);
    }

    /** Autovacuum takes transaction ids too, and adds nothing that anybody would miss. */
    private boolean isHousekeeping(Path directory, Position saved, Position now, Optional<Server> server) {
        if (!now.isConfiguredIn(saved) || saved.isInProgress() || now.isInProgress()) {
            return false;
        }
        server.ifPresent(Server::flush);
        return context.launcher().isHousekeeping(directory, saved, now);
    }

    /** Whether the branch still is what the snapshot is, because no server was ever started on it. */
    static boolean isImageOf(CopyRecord branch, SnapshotRecord head) {
        return branch.untouched().isPresent()
                && (branch.untouched().get().equals(head.id())
                        || head.stored().volume().equals(branch.volume().id()));
    }
}
