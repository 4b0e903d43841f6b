package dev.zvpg.directory;

import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.Claims.Claim;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.Uninterrupted;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.StoredDraft;
import dev.zvpg.storage.StoredId;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How trees go, also those that were cut off in their making or their going: a claim on one is taken, the document
 * forgets it, its files are removed, and the claim goes. Wherever that is cut off, a claim is left that nobody holds,
 * and the document tells which way to go on.
 *
 * <p>Thread-safe.
 */
final class Destroying {

    private static final Logger LOG = LoggerFactory.getLogger(Destroying.class);

    private final Objects objects;
    private final Copier copier;

    Destroying(Objects objects, Copier copier) {
        this.objects = objects;
        this.copier = copier;
    }

    /** Destroys an object that must exist, and changes attributes of others that must. */
    void destroy(StoredId id, List<AttributeChange> changes) {
        try {
            if (changes.isEmpty() && objects.isDraft(id)) {
                destroyDraft(id);
                return;
            }
            objects.existing("destroy", objects.file().read(), id);
            Claim claim = claimToDestroy("destroy", id);
            boolean gone = false;
            try {
                objects.file().changeToFreeSpace(document -> {
                    objects.existing("destroy", document, id);
                    return objects.changed("destroy", document, changes).without(id);
                });
                gone = true;
            } finally {
                if (gone || !objects.knows(id)) {
                    removeForGood(id, claim);
                } else {
                    claim.close();
                }
            }
        } catch (IOException e) {
            throw objects.failure("destroy", id, e);
        }
    }

    /** The claim is on disk before the document forgets the tree, or that would be foreign after a power cut. */
    Claim claimToDestroy(String verb, StoredId id) throws IOException {
        Claim claim = objects.file()
                .withTheReserve(() -> objects.claims().take(Place.claim(id)))
                .orElseThrow(() -> new NotFoundException(
                        "cannot " + verb + " " + Objects.name(id) + ": it does not exist any more",
                        "somebody else destroyed it"));
        boolean durable = false;
        try {
            OpenDirectory.sync(objects.claims().directory());
            durable = true;
            return claim;
        } finally {
            if (!durable) {
                claim.close();
            }
        }
    }

    /** Removes the tree of what existed: a power cut must not bring it back without its claim. */
    void removeForGood(StoredId id, Claim claim) {
        removing(id, claim, () -> {
            copier.delete(objects.tree(id));
            OpenDirectory.sync(objects.place().trees(Area.of(id)));
            return id;
        });
        objects.file().refillReserve();
    }

    /** Removes the tree of what never existed, or what there is of it. */
    void remove(StoredId id, Claim claim) {
        removing(id, claim, () -> {
            copier.delete(objects.tree(id));
            return id;
        });
    }

    /** What cannot be removed keeps its claim, which nobody holds; the object does not exist in any case. */
    private void removing(StoredId id, Claim claim, Uninterrupted.Action<StoredId, IOException> action) {
        try {
            if (Uninterrupted.call(() -> Standing.isOn(objects, id))) {
                claim.abandon(); // the last one that stands on it goes on
                return;
            }
            Uninterrupted.call(action);
            claim.close();
        } catch (IOException | ZvpgException e) {
            claim.abandon();
            LOG.warn(
                    "{} is gone, but its files in {} could not all be removed: {}; they are removed the next time the "
                            + "storage is recovered",
                    Objects.name(id),
                    objects.tree(id),
                    e.toString());
        }
    }

    List<StoredDraft> drafts() {
        try {
            List<StoredDraft> drafts = new ArrayList<>();
            for (String name : objects.claims().names()) {
                Optional<StoredId> id = Place.claimed(name);
                if (id.isPresent() && id.get() instanceof VolumeId volume && objects.isDraft(volume)) {
                    drafts.add(new StoredDraft(volume, isAbandoned(volume)));
                }
            }
            return drafts;
        } catch (IOException e) {
            throw IoFailure.of(
                    "list", "the drafts in " + objects.place(), objects.place().root(), e);
        }
    }

    private boolean isAbandoned(VolumeId volume) throws IOException {
        Optional<Claim> claim = objects.claims().tryToTake(Place.claim(volume));
        if (claim.isEmpty()) {
            return false;
        }
        boolean abandoned = objects.isDraft(volume); // it may have ended between the two looks
        if (abandoned) {
            claim.get().abandon();
        } else {
            claim.get().close();
        }
        return abandoned;
    }

    private void destroyDraft(StoredId id) throws IOException {
        Optional<Claim> claim = objects.claims().tryToTake(Place.claim(id));
        if (claim.isEmpty()) { // its maker lives, and may be about to publish it; else it finds nothing more to remove
            boolean published = objects.file().hold(() -> {
                boolean known = objects.file().read().find(id).isPresent();
                if (!known) {
                    copier.delete(objects.tree(id));
                }
                return known;
            });
            if (published) {
                destroy(id, List.of());
            }
        } else if (objects.isDraft(id)) {
            remove(id, claim.get());
        } else { // published, or gone, since it was looked at
            claim.get().close();
            destroy(id, List.of());
        }
    }

    /** Goes on with everything that was cut off. */
    void recover(Predicate<VolumeId> mayGo) {
        try {
            objects.file().read(); // or everything would seem to be unknown
            Standing.forgetTheDead(objects);
            for (String name : objects.claims().names()) {
                Optional<StoredId> id = Place.claimed(name);
                Optional<Claim> claim =
                        id.isEmpty() ? Optional.empty() : objects.claims().tryToTake(name);
                if (claim.isPresent()) {
                    recover(id.get(), claim.get(), mayGo);
                }
            }
        } catch (IOException e) {
            throw IoFailure.of(
                    "recover", objects.place().toString(), objects.place().root(), e);
        }
    }

    private void recover(StoredId id, Claim claim, Predicate<VolumeId> mayGo) throws IOException {
        boolean decided = false;
        try {
            if (!objects.isDraft(id)) { // published, or not destroyed after all, or gone
                claim.close();
            } else if (!(id instanceof VolumeId volume) || mayGo.test(volume)) {
                removeForGood(id, claim);
            } else {
                claim.abandon();
            }
            decided = true;
        } finally {
            if (!decided) {
                claim.abandon();
            }
        }
    }
}
