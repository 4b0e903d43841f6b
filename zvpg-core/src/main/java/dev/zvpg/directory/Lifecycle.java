package dev.zvpg.directory;

import dev.zvpg.directory.Document.Entry;
import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.Claims;
import dev.zvpg.internal.io.Claims.Claim;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.TreeSync;
import dev.zvpg.internal.io.Uninterrupted;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.StoredDraft;
import dev.zvpg.storage.StoredId;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How an object of a {@link DirectoryStorage} comes and goes. A tree is made under a claim on it, and exists when the
 * document knows it; then the claim goes. It goes the same way back. Wherever that is cut off, a claim is left that
 * nobody holds, and the document tells which way to go on.
 *
 * <p>A tree's source may be destroyed while it is copied. The document forgets a source before the first of its files
 * is removed, and the copy counts only when it still knows the source after the last file was copied: so no copy is
 * torn.
 *
 * <p>Thread-safe.
 */
final class Lifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);
    private static final int NAMES_IN_A_MESSAGE = 20;

    private final Place place;
    private final Claims claims;
    private final DocumentFile file;
    private final Copier copier;

    Lifecycle(Place place, DocumentFile file, Copier copier) {
        this.place = place;
        this.claims = place.drafts();
        this.file = file;
        this.copier = copier;
    }

    /**
     * Makes a tree and fills it.
     *
     * <p>It throws {@link FileAlreadyExistsException} for the tree itself when there is something already.
     */
    interface Maker {
        void make(Path tree) throws IOException;
    }

    static String name(StoredId id) {
        return (id instanceof VolumeId ? "volume " : "snapshot ") + id;
    }

    /** What the document says of an object that must exist. */
    Entry existing(String verb, Document document, StoredId id) {
        return document.find(id).orElseThrow(() -> {
            List<String> others = document.entries().stream()
                    .map(Entry::id)
                    .filter(other -> other.getClass() == id.getClass())
                    .map(StoredId::value)
                    .toList();
            String there = others.isEmpty()
                    ? "there is none"
                    : others.size() <= NAMES_IN_A_MESSAGE
                            ? "there are " + String.join(", ", others)
                            : "there are " + others.size() + ", the newest is " + others.get(others.size() - 1);
            return new NotFoundException("cannot " + verb + " " + name(id) + ": it does not exist in " + place, there);
        });
    }

    // ---- making

    /** Makes a draft; nothing is left of one that cannot be made. */
    TreeDraft make(String verb, StoredId id, Optional<? extends StoredId> source, Maker maker) {
        try {
            Document document = file.read();
            Optional<Entry> from = source.map(wanted -> existing(verb, document, wanted));
            requireFree(verb, id); // before the claim, which may be one that was cut off, and is needed to recover that
            Claim claim = claims.take(Place.claim(id)).orElseThrow(() -> taken(verb, id, "somebody is making it"));
            try {
                requireFree(verb, id);
                fill(verb, id, from, maker);
                return new TreeDraft(this, id, source.map(StoredId.class::cast), claim);
            } catch (FileAlreadyExistsException e) {
                throw place.tree(id).toString().equals(e.getFile())
                        ? leave(claim, occupied(verb, id))
                        : undo(verb, id, claim, e);
            } catch (AlreadyExistsException e) {
                throw leave(claim, e);
            } catch (IOException e) {
                throw undo(verb, id, claim, e);
            } catch (RuntimeException | Error e) {
                remove(id, claim);
                throw e;
            }
        } catch (IOException e) {
            throw IoFailure.of(verb, name(id), place.root(), e);
        }
    }

    /** Leaves alone what is there and not ours. */
    private static ZvpgException leave(Claim claim, ZvpgException failure) throws IOException {
        claim.close();
        return failure;
    }

    private ZvpgException undo(String verb, StoredId id, Claim claim, IOException e) {
        ZvpgException failure = IoFailure.of(verb, name(id), place.root(), e); // before there is space again
        remove(id, claim);
        return failure;
    }

    private void requireFree(String verb, StoredId id) throws IOException {
        if (file.read().find(id).isPresent()) {
            throw taken(verb, id, "it exists");
        }
        if (Files.exists(place.tree(id), LinkOption.NOFOLLOW_LINKS)) {
            throw occupied(verb, id);
        }
    }

    private static AlreadyExistsException taken(String verb, StoredId id, String why) {
        return new AlreadyExistsException("cannot " + verb + " " + name(id) + ": " + why, "choose another identity");
    }

    private AlreadyExistsException occupied(String verb, StoredId id) {
        return taken(verb, id, place.tree(id) + " exists and is not the storage's own");
    }

    private void fill(String verb, StoredId id, Optional<Entry> from, Maker maker) throws IOException {
        try {
            maker.make(place.tree(id));
        } catch (IOException e) {
            if (from.isPresent() && !IoFailure.isInterruption(e)) {
                requireStillThere(verb, from.get());
            }
            throw e;
        }
        if (from.isPresent()) {
            requireStillThere(verb, from.get());
        }
    }

    private void requireStillThere(String verb, Entry source) throws IOException {
        if (file.read().find(source.id()).filter(source::isSameAs).isEmpty()) {
            throw new NotFoundException(
                    "cannot " + verb + " from " + name(source.id()) + ": it was destroyed while it was copied",
                    "choose another one");
        }
    }

    Path tree(StoredId id) {
        return place.tree(id);
    }

    /** Makes the document know a draft; whether it does tells {@link #knows}, also after a failure. */
    void publish(StoredId id, Optional<StoredId> source, Map<String, String> attributes) {
        publish(id, document -> document.with(new Entry(id, source, Instant.now(), attributes)));
    }

    /**
     * The same instead of another volume, whose tree is to be removed for good if the document knows the draft
     * afterwards.
     */
    Claim publishInPlaceOf(VolumeId old, StoredId id, Optional<StoredId> source, Map<String, String> attributes) {
        String verb = "replace";
        try {
            existing(verb, file.read(), old);
            Claim gone = claimToDestroy(verb, old);
            try {
                publish(id, document -> {
                    existing(verb, document, old);
                    return document.without(old).with(new Entry(id, source, Instant.now(), attributes));
                });
                return gone;
            } catch (RuntimeException | Error e) {
                if (knows(id)) {
                    gone.abandon();
                } else {
                    gone.close();
                }
                throw e;
            }
        } catch (IOException e) {
            throw IoFailure.of(verb, name(old), place.root(), e);
        }
    }

    private void publish(StoredId id, UnaryOperator<Document> edit) {
        try {
            TreeSync.sync(place.tree(id));
            OpenDirectory.sync(place.trees(Area.of(id)));
            file.change(document -> {
                if (!Files.exists(place.tree(id), LinkOption.NOFOLLOW_LINKS)) {
                    throw new NotFoundException(
                            "cannot publish " + name(id) + ": somebody else destroyed it", "make it anew");
                }
                return edit.apply(document);
            });
        } catch (IOException e) {
            throw IoFailure.of("publish", name(id), place.root(), e);
        }
    }

    /** Whether the document knows an object; in doubt it does, because it is removed otherwise. */
    boolean knows(StoredId id) {
        try {
            return Uninterrupted.call(file::read).find(id).isPresent();
        } catch (IOException | ZvpgException e) {
            LOG.warn("{} is kept for now, because the document cannot be read", name(id), e);
            return true;
        }
    }

    // ---- changing

    /** Changes the attributes of objects that must exist, all or none; each has one change. */
    void update(List<AttributeChange> changes, Set<StoredId> targets) {
        try {
            file.change(document -> changed("update", document, changes));
        } catch (IOException e) {
            String what = targets.stream().map(Lifecycle::name).sorted().collect(Collectors.joining(", "));
            throw IoFailure.of("update", what, place.root(), e);
        }
    }

    private Document changed(String verb, Document document, List<AttributeChange> changes) {
        Document changed = document;
        for (AttributeChange change : changes) {
            changed = changed.with(existing(verb, document, change.target()).changed(change));
        }
        return changed;
    }

    // ---- destroying

    /** Destroys an object that must exist, and changes attributes of others that must. */
    void destroy(StoredId id, List<AttributeChange> changes) {
        try {
            if (changes.isEmpty() && isDraft(id)) {
                destroyDraft(id);
                return;
            }
            existing("destroy", file.read(), id);
            Claim claim = claimToDestroy("destroy", id);
            boolean gone = false;
            try {
                file.changeToFreeSpace(document -> {
                    existing("destroy", document, id);
                    return changed("destroy", document, changes).without(id);
                });
                gone = true;
            } finally {
                if (gone || !knows(id)) {
                    removeForGood(id, claim);
                } else {
                    claim.close();
                }
            }
        } catch (IOException e) {
            throw IoFailure.of("destroy", name(id), place.root(), e);
        }
    }

    /** The claim is on disk before the document forgets the tree, or that would be foreign after a power cut. */
    private Claim claimToDestroy(String verb, StoredId id) throws IOException {
        Claim claim = file.withTheReserve(() -> claims.take(Place.claim(id)))
                .orElseThrow(() -> new NotFoundException(
                        "cannot " + verb + " " + name(id) + ": it does not exist any more",
                        "somebody else destroyed it"));
        boolean durable = false;
        try {
            OpenDirectory.sync(claims.directory());
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
            copier.delete(place.tree(id));
            OpenDirectory.sync(place.trees(Area.of(id)));
            return id;
        });
        file.refillReserve();
    }

    /** Removes the tree of what never existed, or what there is of it. */
    void remove(StoredId id, Claim claim) {
        removing(id, claim, () -> {
            copier.delete(place.tree(id));
            return id;
        });
    }

    /** What cannot be removed keeps its claim, which nobody holds; the object does not exist in any case. */
    private void removing(StoredId id, Claim claim, Uninterrupted.Action<StoredId> action) {
        try {
            Uninterrupted.call(action);
            claim.close();
        } catch (IOException | ZvpgException e) {
            claim.abandon();
            LOG.warn(
                    "{} is gone, but its files in {} could not all be removed: {}; they are removed the next time the "
                            + "storage is recovered",
                    name(id),
                    place.tree(id),
                    e.toString());
        }
    }

    // ---- drafts of whomever

    /** Whether something is being made that the document does not know, or was, before its maker died. */
    boolean isDraft(StoredId id) throws IOException {
        return claims.exists(Place.claim(id))
                && file.read().find(id).isEmpty()
                && Files.exists(place.tree(id), LinkOption.NOFOLLOW_LINKS);
    }

    /** What there are claims on, held or not. */
    Set<StoredId> claimed() throws IOException {
        return claims.names().stream()
                .flatMap(name -> Place.claimed(name).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    List<StoredDraft> drafts() {
        try {
            List<StoredDraft> drafts = new ArrayList<>();
            for (String name : claims.names()) {
                Optional<StoredId> id = Place.claimed(name);
                if (id.isPresent() && id.get() instanceof VolumeId volume && isDraft(volume)) {
                    drafts.add(new StoredDraft(volume, isAbandoned(volume)));
                }
            }
            return drafts;
        } catch (IOException e) {
            throw IoFailure.of("list", "the drafts in " + place, place.root(), e);
        }
    }

    private boolean isAbandoned(VolumeId volume) throws IOException {
        Optional<Claim> claim = claims.tryToTake(Place.claim(volume));
        if (claim.isEmpty()) {
            return false;
        }
        boolean abandoned = isDraft(volume); // it may have ended between the two looks
        if (abandoned) {
            claim.get().abandon();
        } else {
            claim.get().close();
        }
        return abandoned;
    }

    private void destroyDraft(StoredId id) throws IOException {
        Optional<Claim> claim = claims.tryToTake(Place.claim(id));
        if (claim.isEmpty()) { // its maker lives, and may be about to publish it; else it finds nothing more to remove
            boolean published = file.hold(() -> {
                boolean known = file.read().find(id).isPresent();
                if (!known) {
                    copier.delete(place.tree(id));
                }
                return known;
            });
            if (published) {
                destroy(id, List.of());
            }
        } else if (isDraft(id)) {
            remove(id, claim.get());
        } else { // published, or gone, since it was looked at
            claim.get().close();
            destroy(id, List.of());
        }
    }

    /** Goes on with everything that was cut off. */
    void recover(Predicate<VolumeId> mayGo) {
        try {
            file.read(); // or everything would seem to be unknown
            for (String name : claims.names()) {
                Optional<StoredId> id = Place.claimed(name);
                Optional<Claim> claim = id.isEmpty() ? Optional.empty() : claims.tryToTake(name);
                if (claim.isPresent()) {
                    recover(id.get(), claim.get(), mayGo);
                }
            }
        } catch (IOException e) {
            throw IoFailure.of("recover", place.toString(), place.root(), e);
        }
    }

    private void recover(StoredId id, Claim claim, Predicate<VolumeId> mayGo) throws IOException {
        boolean decided = false;
        try {
            if (!isDraft(id)) { // published, or not destroyed after all, or gone
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
