package dev.zvpg.directory;

import dev.zvpg.internal.io.Claims.Claim;
import dev.zvpg.storage.OverlayDraft;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StoredId;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.util.Optional;

/**
 * Drafts that are laid over the tree of a snapshot, and so stand on it. Each has a claim that tells of which, and a tree
 * on which somebody stands is not removed: a snapshot that is destroyed meanwhile leaves a claim of its own that nobody
 * holds, as one does whose removal was cut off. The last one that stands on it removes it, or whoever recovers the
 * storage.
 *
 * <p>Whoever comes claims first and looks for the snapshot then; whoever destroys makes the document forget the snapshot
 * first and looks for claims then. So at least one of two who meet sees the other.
 *
 * <p>Thread-safe.
 */
final class Standing {

    private final Objects objects;
    private final Making making;
    private final Destroying destroying;
    private final Copier copier;

    Standing(Objects objects, Making making, Destroying destroying, Copier copier) {
        this.objects = objects;
        this.making = making;
        this.destroying = destroying;
        this.copier = copier;
    }

    /** Makes one; empty where trees are cloned in constant time. */
    Optional<OverlayDraft> overlay(SnapshotId snapshot, VolumeId volume) {
        if (copier.method() == CopyMethod.SUBVOLUME) {
            return Optional.empty();
        }
        String verb = "clone";
        try {
            objects.existing(verb, objects.file().read(), snapshot);
            Claim claim = objects.claims()
                    .take(Place.standingClaim(snapshot, volume))
                    .orElseThrow(() -> Making.taken(verb, volume, "somebody is making it"));
            boolean made = false;
            try {
                TreeDraft draft = making.make(verb, volume, Optional.of(snapshot), tree -> {
                    copier.create(tree);
                    Place.searchable(tree);
                });
                made = true;
                return Optional.of(new OverlayTree(draft, snapshot, objects.tree(snapshot), this, claim));
            } finally {
                if (!made) {
                    claim.close();
                }
            }
        } catch (IOException e) {
            throw objects.failure(verb, volume, e);
        }
    }

    /** Tells whether somebody who lives stands on a tree; forgets who did and is dead. */
    static boolean isOn(Objects objects, StoredId id) throws IOException {
        if (!(id instanceof SnapshotId)) {
            return false;
        }
        boolean found = false;
        for (String name : objects.claims().names()) {
            if (Place.stoodOn(name).filter(id::equals).isPresent()) {
                found |= isHeld(objects, name);
            }
        }
        return found;
    }

    /** Forgets all who are dead. */
    static void forgetTheDead(Objects objects) throws IOException {
        for (String name : objects.claims().names()) {
            if (Place.stoodOn(name).isPresent()) {
                isHeld(objects, name);
            }
        }
    }

    private static boolean isHeld(Objects objects, String name) throws IOException {
        Optional<Claim> dead = objects.claims().tryToTake(name);
        if (dead.isEmpty()) {
            return true;
        }
        dead.get().close();
        return false;
    }

    /** Removes the tree of a snapshot that was destroyed while somebody stood on it. */
    void ended(SnapshotId snapshot) throws IOException {
        if (!objects.isDraft(snapshot)) {
            return;
        }
        Optional<Claim> claim = objects.claims().tryToTake(Place.claim(snapshot));
        if (claim.isEmpty()) {
            return; // it is being made, or somebody else removes it
        }
        if (objects.isDraft(snapshot)) {
            destroying.removeForGood(snapshot, claim.get());
        } else {
            claim.get().close();
        }
    }
}
