package dev.zvpg.directory;

import dev.zvpg.directory.Document.Entry;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.Claims;
import dev.zvpg.internal.io.DisplayText;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.io.Uninterrupted;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.Listing;
import dev.zvpg.storage.StoredId;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What there is in a {@link DirectoryStorage}. The document tells what exists; a claim says of a tree that the document
 * does not tell the truth about it, because it is being made or removed.
 *
 * <p>Thread-safe.
 */
record Objects(Place place, DocumentFile file) {

    private static final Logger LOG = LoggerFactory.getLogger(Objects.class);

    Claims claims() {
        return place.drafts();
    }

    Path tree(StoredId id) {
        return place.tree(id);
    }

    static String name(StoredId id) {
        return (id instanceof VolumeId ? "volume " : "snapshot ") + id;
    }

    Listing list() {
        try {
            return file.read().listing();
        } catch (IOException e) {
            throw IoFailure.of("list", place.toString(), place.root(), e);
        }
    }

    /**
     * What lies in the place and is not the storage's own. A tree comes after its claim, and goes before it or becomes
     * known before: so what neither look at the claims finds is foreign.
     */
    List<String> foreign() {
        try {
            List<Place.Found> found = place.scan();
            Set<StoredId> atWork = claimed();
            Document document = file.read();
            Set<StoredId> stillAtWork = claimed();
            return found.stream()
                    .filter(tree -> !tree.isKnownTo(document)
                            && tree.id()
                                    .filter(id -> atWork.contains(id) || stillAtWork.contains(id))
                                    .isEmpty()
                            && tree.isStillThere())
                    .map(Place.Found::name)
                    .toList();
        } catch (IOException e) {
            throw IoFailure.of("list", place.toString(), place.root(), e);
        }
    }

    /** What the document says of an object that must exist. */
    Entry existing(String verb, Document document, StoredId id) {
        return document.find(id).orElseThrow(() -> {
            List<String> others = document.entries().stream()
                    .map(Entry::id)
                    .filter(other -> other.getClass() == id.getClass())
                    .map(StoredId::value)
                    .toList();
            return new NotFoundException(
                    "cannot " + verb + " " + name(id) + ": it does not exist in " + place,
                    DisplayText.whatThereIs(others));
        });
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

    /** Whether something is being made that the document does not know, or was, before its maker died. */
    boolean isDraft(StoredId id) throws IOException {
        return claims().exists(Place.claim(id))
                && file.read().find(id).isEmpty()
                && Files.exists(place.tree(id), LinkOption.NOFOLLOW_LINKS);
    }

    /** What there are claims on, held or not. */
    private Set<StoredId> claimed() throws IOException {
        return claims().names().stream()
                .flatMap(name -> Place.claimed(name).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Changes the attributes of objects that must exist, all or none; each has one change. */
    void update(List<AttributeChange> changes, Set<StoredId> targets) {
        try {
            file.change(document -> changed("update", document, changes));
        } catch (IOException e) {
            String what = targets.stream().map(Objects::name).sorted().collect(Collectors.joining(", "));
            throw IoFailure.of("update", what, place.root(), e);
        }
    }

    Document changed(String verb, Document document, List<AttributeChange> changes) {
        Document changed = document;
        for (AttributeChange change : changes) {
            changed = changed.with(existing(verb, document, change.target()).changed(change));
        }
        return changed;
    }

    /** What to throw when something cannot be done to an object. */
    ZvpgException failure(String verb, StoredId id, IOException e) {
        return IoFailure.of(verb, name(id), place.root(), e);
    }
}
