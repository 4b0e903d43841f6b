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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link DirectoryStorage} holds: the objects that exist. Whoever makes or removes the tree of one has a claim
 * on it meanwhile, see {@link Place#drafts}; so after a crash the claims that nobody holds tell the debris.
 *
 * <p>Immutable.
 */
final class Document {

    static final Document EMPTY = new Document(new LinkedHashMap<>());

    private final Map<StoredId, Entry> entries; // in the order of their making

    private Document(Map<StoredId, Entry> entries) {
        this.entries = entries;
    }

    /**
     * An object that exists.
     *
     * @param source the snapshot that a volume was cloned from, the volume that a snapshot is an image of
     * @param memo how it was written last
     */
    record Entry(StoredId id, Optional<StoredId> source, Instant created, Map<String, String> attributes, Memo memo) {

        Entry(StoredId id, Optional<StoredId> source, Instant created, Map<String, String> attributes) {
            this(id, source, created, attributes, new Memo());
        }

        Entry changed(AttributeChange change) {
            Map<String, String> changed = new HashMap<>(attributes);
            changed.keySet().removeAll(change.remove());
            changed.putAll(change.set());
            return new Entry(id, source, created, Map.copyOf(changed));
        }

        /** Whether the other one is the same object, whatever its attributes have become. */
        boolean isSameAs(Entry other) {
            return id.equals(other.id) && created.equals(other.created);
        }
    }

    /**
     * An entry as text, so that a change of one of a thousand objects does not write the others anew. It says nothing
     * that the entry does not say, so any two are equal.
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

    static Document of(Collection<Entry> entries) {
        Document document = EMPTY.copy();
        entries.forEach(entry -> document.entries.put(entry.id(), entry));
        return document;
    }

    Collection<Entry> entries() {
        return Collections.unmodifiableCollection(entries.values());
    }

    Optional<Entry> find(StoredId id) {
        return Optional.ofNullable(entries.get(id));
    }

    /** What exists, without figures of space. */
    Listing listing() {
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
        return new Listing(volumes, snapshots);
    }

    /** With an object that exists from now on, or instead of what was known of it. */
    Document with(Entry entry) {
        Document changed = copy();
        changed.entries.put(entry.id(), entry);
        return changed;
    }

    /** Without an object. */
    Document without(StoredId gone) {
        Document changed = copy();
        changed.entries.remove(gone);
        return changed;
    }

    private Document copy() {
        return new Document(new LinkedHashMap<>(entries));
    }

    @Override
    public String toString() {
        return entries.keySet().toString();
    }
}
