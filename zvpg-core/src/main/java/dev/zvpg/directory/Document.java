package dev.zvpg.directory;

import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.Listing;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StoredId;
import dev.zvpg.storage.StoredSnapshot;
import dev.zvpg.storage.StoredVolume;
import dev.zvpg.storage.VolumeId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link DirectoryStorage} holds: the objects that exist, and the identities whose trees are being made or removed
 * (pending). An identity is pending before the first file of its tree is made and until the last one is removed, so after a
 * crash the pending trees are exactly the debris. Of {@link Area#CLONES}, all other unknown trees are debris, too.
 *
 * <p>A part of it is passing: it need not outlive this run of the operating system. The other part is durable.
 *
 * <p>Immutable.
 */
final class Document {

    static final Document EMPTY = new Document(new LinkedHashMap<>(), new LinkedHashMap<>());

    private final Map<StoredId, Entry> entries; // in the order of their making
    private final Map<StoredId, Area> pending;

    private Document(Map<StoredId, Entry> entries, Map<StoredId, Area> pending) {
        this.entries = entries;
        this.pending = pending;
    }

    /**
     * An object that exists.
     *
     * @param area where its tree is
     * @param source the snapshot that a volume was cloned from, the volume that a snapshot is an image of
     * @param unsyncedIn the run of the operating system (see {@link BootId}) in which its tree was made and never synced since:
     *     in a later run a clone's tree is not to be trusted, while a created volume was durable when it was empty
     * @param memo how it was written last
     */
    record Entry(
            StoredId id,
            Area area,
            Optional<StoredId> source,
            Instant created,
            Map<String, String> attributes,
            Optional<String> unsyncedIn,
            Memo memo) {

        Entry(
                StoredId id,
                Area area,
                Optional<StoredId> source,
                Instant created,
                Map<String, String> attributes,
                Optional<String> unsyncedIn) {
            this(id, area, source, created, attributes, unsyncedIn, new Memo());
        }

        Entry changed(AttributeChange change) {
            Map<String, String> changed = new HashMap<>(attributes);
            changed.keySet().removeAll(change.remove());
            changed.putAll(change.set());
            return new Entry(id, area, source, created, Map.copyOf(changed), unsyncedIn);
        }

        Entry synced() {
            return new Entry(id, area, source, created, attributes, Optional.empty());
        }

        boolean isPassing() {
            return area == Area.CLONES && unsyncedIn.isPresent();
        }

        /** Whether the other one is the same object, whatever its attributes have become. */
        boolean isSameAs(Entry other) {
            return id.equals(other.id) && created.equals(other.created);
        }
    }

    /**
     * An entry as text, so that a change of one of a thousand objects does not write the others anew. It says nothing that the
     * entry does not say, so any two are equal.
     *
     * <p>Thread-safe.
     */
    static final class Memo {

        private volatile byte @Nullable [] text;

        byte[] text(Supplier<byte[]> written) {
            byte[] known = text;
            if (known == null) {
                known = written.get();
                text = known;
            }
            return known;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Memo;
        }

        @Override
        public int hashCode() {
            return 1;
        }
    }

    /** What is in both counts as pending. */
    static Document of(Collection<Entry> entries, Map<StoredId, Area> pending) {
        Document document = new Document(new LinkedHashMap<>(), new LinkedHashMap<>(pending));
        for (Entry entry : entries) {
            if (!document.pending.containsKey(entry.id())) {
                document.entries.put(entry.id(), entry);
            }
        }
        return document;
    }

    Collection<Entry> entries() {
        return Collections.unmodifiableCollection(entries.values());
    }

    Map<StoredId, Area> pending() {
        return Collections.unmodifiableMap(pending);
    }

    /** The part that must outlive the operating system. */
    Document durable() {
        return part(false);
    }

    /** The part that need not: clones that were never updated, and those that are being made or removed. */
    Document passing() {
        return part(true);
    }

    private Document part(boolean passing) {
        Document part = new Document(new LinkedHashMap<>(), new LinkedHashMap<>());
        entries.forEach((id, entry) -> {
            if (entry.isPassing() == passing) {
                part.entries.put(id, entry);
            }
        });
        pending.forEach((id, area) -> {
            if ((area == Area.CLONES) == passing) {
                part.pending.put(id, area);
            }
        });
        return part;
    }

    /** With what the other one knows and this one does not. */
    Document and(Document other) {
        Document both = copy();
        other.entries.forEach((id, entry) -> {
            if (!knows(id)) {
                both.entries.put(id, entry);
            }
        });
        other.pending.forEach((id, area) -> {
            if (!knows(id)) {
                both.pending.put(id, area);
            }
        });
        return both;
    }

    /** Where the tree of something known is. */
    Optional<Area> area(StoredId id) {
        Entry entry = entries.get(id);
        return Optional.ofNullable(entry == null ? pending.get(id) : entry.area());
    }

    Optional<Entry> find(StoredId id) {
        return Optional.ofNullable(entries.get(id));
    }

    boolean knows(StoredId id) {
        return entries.containsKey(id) || pending.containsKey(id);
    }

    /** What exists, without figures of space. */
    Listing listing(List<String> foreign) {
        List<StoredVolume> volumes = new ArrayList<>();
        List<StoredSnapshot> snapshots = new ArrayList<>();
        OptionalLong unknown = OptionalLong.empty();
        for (Entry entry : entries()) {
            StoredId source = entry.source().orElse(null);
            if (entry.id() instanceof VolumeId id) {
                Optional<SnapshotId> origin = source instanceof SnapshotId from ? Optional.of(from) : Optional.empty();
                volumes.add(new StoredVolume(id, origin, entry.attributes(), entry.created(), unknown, unknown));
            } else if (entry.id() instanceof SnapshotId id && source instanceof VolumeId volume) {
                snapshots.add(new StoredSnapshot(id, volume, entry.attributes(), entry.created(), unknown, unknown));
            }
        }
        volumes.sort(Comparator.comparing(StoredVolume::created)); // the two parts were made side by side
        return new Listing(volumes, snapshots, foreign);
    }

    /** With an object that exists from now on, or instead of what was known of it. */
    Document with(Entry entry) {
        Document changed = copy();
        changed.entries.put(entry.id(), entry);
        changed.pending.remove(entry.id());
        return changed;
    }

    /** With an identity that does not exist (any longer) but whose tree may. */
    Document withPending(StoredId id, Area area) {
        Document changed = copy();
        changed.entries.remove(id);
        changed.pending.put(id, area);
        return changed;
    }

    /** Without identities whose trees are gone. */
    Document without(Collection<StoredId> gone) {
        Document changed = copy();
        gone.forEach(changed.pending::remove);
        return changed;
    }

    private Document copy() {
        return new Document(new LinkedHashMap<>(entries), new LinkedHashMap<>(pending));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Document document
                && entries.equals(document.entries)
                && pending.equals(document.pending);
    }

    @Override
    public int hashCode() {
        return Objects.hash(entries, pending);
    }

    @Override
    public String toString() {
        return entries.keySet() + ", pending " + pending;
    }
}
