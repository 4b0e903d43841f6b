package dev.zvpg.internal.remote;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.CopyRequest;
import dev.zvpg.internal.catalog.Lookup;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.engine.Operations;
import dev.zvpg.internal.engine.Resets;
import dev.zvpg.option.BranchOptions;
import dev.zvpg.remote.RefUpdate;
import dev.zvpg.remote.RefUpdate.Status;
import java.util.Optional;

/** Moves a branch to what somebody has pushed. Thread-safe. */
record RefMoves(Operations operations) {

    /** Moves it, or says why not. */
    RefUpdate move(Peer.RefMove move) {
        Catalog catalog = operations.context().catalog();
        SnapshotKey target =
                catalog.snapshot(move.to()).map(catalog::key).orElseThrow(() -> Lookup.gone("snapshot " + move.to()));
        Optional<CopyRecord> branch = catalog.copy(CopyRecord.Kind.BRANCH, move.branch());
        Optional<String> before =
                branch.flatMap(catalog::head).map(head -> head.id().value());
        Status status = branch.isPresent()
                ? status(operations.resets().advance(branch.get().key(), target, move.expected(), move.force()))
                : create(move, target);
        boolean isThere = !status.isRejected();
        if (isThere) {
            operations.branches().takeIn(move.branch());
        }
        return new RefUpdate(
                move.branch(), status, before, isThere ? Optional.of(move.to().value()) : before, reason(move, status));
    }

    private static Status status(Resets.Advance advance) {
        return switch (advance) {
            case DONE -> Status.UPDATED;
            case NOT_NEEDED -> Status.UP_TO_DATE;
            case STALE -> Status.REJECTED_STALE;
            case RUNNING -> Status.REJECTED_RUNNING;
            case DIRTY -> Status.REJECTED_DIRTY;
            case DIVERGED -> Status.REJECTED_DIVERGED;
        };
    }

    private Status create(Peer.RefMove move, SnapshotKey target) {
        if (move.expected().isPresent()) {
            return Status.REJECTED_STALE;
        }
        try {
            operations.copies().create(CopyRequest.branch(move.branch(), BranchOptions.DEFAULT), target);
            return Status.UPDATED;
        } catch (AlreadyExistsException e) {
            return Status.REJECTED_STALE;
        }
    }

    static String reason(Peer.RefMove move, Status status) {
        String branch = "branch " + move.branch();
        return switch (status) {
            case UPDATED, UP_TO_DATE -> "";
            case REJECTED_DIVERGED ->
                branch + " has snapshots there that this one does not follow; fetch and merge them, "
                        + "or push to another branch";
            case REJECTED_RUNNING ->
                "the server of " + branch + " runs there; stop it, or push to another branch and merge " + "that there";
            case REJECTED_DIRTY ->
                branch + " holds work there that no snapshot has; take one there, then fetch and merge it";
            case REJECTED_STALE -> branch + " has moved since it was looked at; fetch, and look at what it is now";
        };
    }
}
