package dev.zvpg.directory;

import dev.zvpg.directory.Document.Entry;
import dev.zvpg.directory.DocumentFile.Durably;
import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.TreeSync;
import dev.zvpg.internal.io.Uninterrupted;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.StoredId;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How an object of a {@link DirectoryStorage} comes and goes. It is pending, durably, before its tree is begun; then its tree
 * is made, without the lock; then it exists. It goes the same way back. Wherever that is cut off, the document tells.
 *
 * <p>Its source may be destroyed while it is copied. A source is pending before the first of its files is removed, and the
 * copy is published only when the source still exists after the last file was copied: so no published copy is torn.
 *
 * <p>Thread-safe.
 */
final class Lifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);
    private static final int NAMES_IN_A_MESSAGE = 20;

    private final Place place;
    private final DocumentFile file;
    private final Copier copier;

    Lifecycle(Place place, DocumentFile file, Copier copier) {
        this.place = place;
        this.file = file;
        this.copier = copier;
    }

    /**
     * What became of making a tree.
     *
     * @param unsyncedIn see {@link Entry}
     */
    record Making(Map<String, String> attributes, Optional<String> unsyncedIn) {}

    /**
     * Makes a tree and fills it.
     *
     * <p>It throws {@link FileAlreadyExistsException} for the tree itself when there is something already.
     */
    interface Maker {
        Making make(Path tree) throws IOException;
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

    /** Makes an object, wholly or not at all. */
    void make(String verb, StoredId id, Area area, Optional<? extends StoredId> source, Maker maker) {
        Path tree = place.tree(area, id);
        try {
            Optional<Entry> from = begin(verb, id, area, source.map(StoredId.class::cast));
            boolean ours = true;
            boolean published = false;
            try {
                Making made = fill(verb, tree, from, maker);
                publish(verb, id, area, from, made);
                published = true;
            } catch (FileAlreadyExistsException e) {
                ours = !tree.toString().equals(e.getFile());
                throw ours ? IoFailure.of(verb, name(id), place.root(), e) : occupied(verb, id, tree);
            } catch (IOException e) {
                throw IoFailure.of(verb, name(id), place.root(), e); // before the tree goes, or there is space again
            } finally {
                if (!ours) {
                    forget(id); // and leave alone what is there
                } else if (!published) {
                    remove(id, area);
                }
            }
        } catch (IOException e) {
            throw IoFailure.of(verb, name(id), place.root(), e);
        }
    }

    private Optional<Entry> begin(String verb, StoredId id, Area area, Optional<StoredId> source) throws IOException {
        List<Entry> from = new ArrayList<>();
        file.change(Durably.NOW, document -> {
            source.ifPresent(wanted -> from.add(existing(verb, document, wanted)));
            if (document.knows(id)) {
                throw taken(verb, id, "it exists, or is being made or destroyed");
            }
            if (Files.exists(place.tree(area, id), LinkOption.NOFOLLOW_LINKS)) {
                throw occupied(verb, id, place.tree(area, id));
            }
            return document.withPending(id, area);
        });
        return from.stream().findFirst();
    }

    private static AlreadyExistsException taken(String verb, StoredId id, String why) {
        return new AlreadyExistsException("cannot " + verb + " " + name(id) + ": " + why, "choose another identity");
    }

    private static AlreadyExistsException occupied(String verb, StoredId id, Path tree) {
        return taken(verb, id, tree + " exists and is not the storage's own");
    }

    private Making fill(String verb, Path tree, Optional<Entry> from, Maker maker) throws IOException {
        try {
            return maker.make(tree);
        } catch (IOException e) {
            if (from.isPresent() && !IoFailure.isInterruption(e)) {
                stillThere(verb, file.read(), from.get());
            }
            throw e;
        }
    }

    private void publish(String verb, StoredId id, Area area, Optional<Entry> from, Making made) throws IOException {
        file.change(Durably.NOW, document -> {
            from.ifPresent(source -> stillThere(verb, document, source));
            return document.with(
                    new Entry(id, area, from.map(Entry::id), Instant.now(), made.attributes(), made.unsyncedIn()));
        });
    }

    private static void stillThere(String verb, Document document, Entry source) {
        if (document.find(source.id()).filter(source::isSameAs).isEmpty()) {
            throw new NotFoundException(
                    "cannot " + verb + " from " + name(source.id()) + ": it was destroyed while it was copied",
                    "choose another one");
        }
    }

    /** Changes the attributes of objects that must exist, all or none; each has one change. */
    void update(List<AttributeChange> changes, Set<StoredId> targets) {
        String what = targets.stream().map(Lifecycle::name).sorted().collect(Collectors.joining(", "));
        try {
            Set<StoredId> synced = syncUnsynced(targets);
            file.change(Durably.NOW, document -> changed("update", document, changes, synced));
        } catch (IOException e) {
            throw IoFailure.of("update", what, place.root(), e);
        }
    }

    private Document changed(String verb, Document document, List<AttributeChange> changes, Set<StoredId> synced) {
        Document changed = document;
        for (AttributeChange change : changes) {
            Entry entry = existing(verb, document, change.target());
            changed = changed.with((synced.contains(entry.id()) ? entry.synced() : entry).changed(change));
        }
        return changed;
    }

    /** Makes volumes durable that are not, before the document is locked. */
    private Set<StoredId> syncUnsynced(Set<StoredId> targets) throws IOException {
        Document document = file.read();
        Set<StoredId> synced = new HashSet<>();
        for (StoredId target : targets) {
            Entry entry = existing("update", document, target);
            if (entry.unsyncedIn().isPresent()) {
                try {
                    TreeSync.sync(place.tree(entry.area(), target));
                } catch (NoSuchFileException e) {
                    continue; // destroyed meanwhile, which the document tells
                }
                synced.add(target);
            }
        }
        return synced;
    }

    /** Destroys an object that must exist, and changes attributes of others that must. */
    void destroy(StoredId id, List<AttributeChange> changes, Set<StoredId> targets) {
        List<Area> area = new ArrayList<>();
        try {
            Set<StoredId> synced = syncUnsynced(targets);
            file.changeToFreeSpace(Durably.NOW, document -> {
                Entry entry = existing("destroy", document, id);
                area.add(entry.area());
                return changed("destroy", document, changes, synced).withPending(id, entry.area());
            });
        } catch (IOException e) {
            throw IoFailure.of("destroy", name(id), place.root(), e);
        }
        remove(id, area.get(0));
    }

    /** Removes every pending tree, and every clone's that is not known. */
    void recover() {
        try {
            List<Place.Found> there = place.scan(); // before the documents, which know of a tree before it is begun
            Document document = file.read();
            Document elsewhere = file.elsewhere();
            Map<StoredId, Area> debris = new LinkedHashMap<>(document.pending());
            for (Place.Found found : there) {
                if (found.isClone() && !found.isKnownTo(document) && !found.isKnownTo(elsewhere)) {
                    found.id().ifPresent(id -> debris.put(id, Area.CLONES));
                }
            }
            debris.forEach(this::remove);
        } catch (IOException e) {
            throw IoFailure.of("recover", place.toString(), place.root(), e);
        }
    }

    /**
     * Removes a tree, and forgets it when it is gone. What cannot be removed stays pending; the object does not exist in any
     * case.
     */
    private void remove(StoredId id, Area area) {
        Path tree = place.tree(area, id);
        try {
            Uninterrupted.call(() -> {
                if (file.read().find(id).filter(entry -> entry.area() == area).isPresent()) {
                    // published, but it could not be made durable
                    file.changeToFreeSpace(Durably.NOW, document -> document.withPending(id, area));
                }
                copier.delete(tree);
                if (area != Area.CLONES) {
                    OpenDirectory.sync(place.trees(area)); // or a power cut might bring it back as a foreign tree
                }
                return id;
            });
            forget(id);
        } catch (IOException | ZvpgException e) {
            LOG.warn(
                    "{} is gone, but its files in {} could not all be removed: {}; they are removed the next time the "
                            + "storage is recovered",
                    name(id),
                    tree,
                    e.toString());
        }
    }

    private void forget(StoredId id) throws IOException {
        Uninterrupted.call(() -> file.changeToFreeSpace(Durably.LATER, document -> document.without(List.of(id))));
        file.refillReserve();
    }
}
