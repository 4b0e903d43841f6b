package dev.zvpg;

import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.error.ServerException;
import dev.zvpg.info.CloneInfo;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.engine.Operations;
import dev.zvpg.internal.home.Locks;
import java.util.Optional;

/**
 * A working copy of a snapshot that one expects to throw away.
 *
 * <p>Thread-safe.
 */
public final class Clone extends WorkingCopy {

    Clone(Operations operations, CopyRecord copy) {
        this(operations, copy.key());
    }

    Clone(Operations operations, CopyKey key) {
        super(operations, key);
    }

    /**
     * Finds the snapshot that it is a copy of.
     *
     * @return empty when that was deleted since
     */
    public Optional<Snapshot> snapshot() {
        Catalog catalog = operations().context().catalog();
        return catalog.require(key())
                .base()
                .flatMap(catalog::snapshot)
                .map(image -> new Snapshot(operations(), catalog.key(image)));
    }

    /**
     * Returns the facts of this moment.
     *
     * @return a record
     */
    public CloneInfo info() {
        Catalog catalog = operations().context().catalog();
        return operations().infos().clone(catalog, catalog.require(key()));
    }

    /**
     * Brings it back to its snapshot, in one step. Name, port, settings, time to live and protection stay; a running
     * server is stopped meanwhile and started again. What was written to it is gone.
     *
     * @throws NotFoundException when its snapshot was deleted
     * @throws OutOfSpaceException when the storage has to copy and there is no space left; nothing has changed then
     * @throws ServerException when the server does not start again; the clone is reset
     */
    public void reset() {
        operations().resets().clone(key());
    }

    /**
     * Tells whether something was written to it: writing transactions ran since its snapshot, those of the server's own
     * maintenance (such as autovacuum's ANALYZE) included. In doubt it is dirty: when its snapshot was deleted, or its
     * server crashed. One that was never started is not.
     *
     * @return false when its snapshot holds all that it holds
     * @throws ServerException when its server does not answer
     */
    public boolean isDirty() {
        try (Locks.Held held = operations().context().workingCopy(key())) {
            Catalog catalog = operations().context().catalog();
            return operations().dirtyCheck().isUnsaved(catalog, catalog.require(key()));
        }
    }

    /**
     * Finds what was changed in it since it was made: compares its snapshot with what it holds now, as
     * {@link Snapshot#diff(WorkingCopy)} does.
     *
     * @return what is different; to be closed
     * @throws NotFoundException when its snapshot is deleted
     * @throws ServerException when a server does not start
     */
    public Diff changes() {
        return snapshot()
                .orElseThrow(() -> new NotFoundException(
                        "cannot tell what was changed in " + this + ": its snapshot is deleted",
                        "compare it with another snapshot, with snapshot.diff(clone)"))
                .diff(this);
    }

    /**
     * Stops its server and deletes it, with all that was written to it.
     *
     * @throws InUseException when it is protected, or the storage cannot let go of its files; the message says who uses
     *     them
     */
    @Override
    public void delete() {
        operations().deletions().discard(key());
    }

    /** Protects it: it can neither be deleted nor expire until {@link #unprotect()}. Idempotent. */
    public void protect() {
        operations().copies().protect(key(), true);
    }

    /** Ends its protection; when its time is over, it may expire at once. Idempotent. */
    public void unprotect() {
        operations().copies().protect(key(), false);
    }
}
