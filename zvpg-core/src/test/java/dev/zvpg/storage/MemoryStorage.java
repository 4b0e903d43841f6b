package dev.zvpg.storage;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.zvpg.diff.Changes;
import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A storage in memory, for tests: its volumes are directories of a file system in memory, so their paths work with
 * {@link Files} but not with {@link Path#toFile()} or with processes. It has the features that it is asked to have, and
 * can be made to crash at any point of any verb, see {@link #hook}.
 *
 * <p>Thread-safe.
 */
public final class MemoryStorage implements Storage {

    private final Disk disk;
    private final Set<StorageFeature> features;
    private volatile @Nullable Hook hook;
    private volatile boolean closed;

    /** Since its hook threw, or it was killed. */
    private volatile boolean dead;

    private MemoryStorage(Disk disk, Set<StorageFeature> features) {
        this.disk = disk;
        this.features = Set.copyOf(features);
    }

    /**
     * Makes an empty storage.
     *
     * @param features what it can do beyond the contract
     * @return the open storage
     */
    public static MemoryStorage with(StorageFeature... features) {
        return new MemoryStorage(new Disk(), Set.of(features));
    }

    /**
     * Opens what this storage keeps once more, as another process would. This one stays as it is, and the other has no
     * hook.
     *
     * @return the same volumes and snapshots
     */
    public MemoryStorage reopen() {
        return new MemoryStorage(disk, features);
    }

    /** When a hook is called. */
    public enum Moment {
        /** Nothing has happened yet. */
        BEFORE,
        /** The verb is half done: nothing of it is visible, but there is debris. Not with {@code update}. */
        HALFWAY,
        /** The verb is done and durable, but has not returned. */
        AFTER
    }

    /**
     * Called in the middle of verbs. What it throws reaches the caller, and from then on nothing is tidied up: that is
     * a crash.
     */
    @FunctionalInterface
    public interface Hook {

        /**
         * Called on the thread that called the verb.
         *
         * @param verb the method's name, such as {@code snapshot}
         * @param target what is made, changed or destroyed; the first one for {@code update}
         * @param moment how far the verb is
         */
        void at(String verb, StoredId target, Moment moment);
    }

    /**
     * Sets the hook.
     *
     * @param hook what to call from now on, or null for nothing
     */
    public void hook(@Nullable Hook hook) {
        this.hook = hook;
    }

    /**
     * Puts something into the storage's place that is not the storage's own.
     *
     * @param name what the listing calls it
     */
    public void putForeign(String name) {
        synchronized (disk) {
            disk.foreign.add(name);
        }
    }

    /** Ends it as the end of its process would: from now on it does nothing more, and what it has begun stays. */
    public void kill() {
        dead = true;
        hook = (verb, target, moment) -> {
            throw new IllegalStateException("killed before the " + verb + " of " + target);
        };
    }

    private void reach(String verb, StoredId target, Moment moment) {
        Hook present = hook;
        if (present != null) {
            boolean alive = false;
            try {
                present.at(verb, target, moment);
                alive = true;
            } finally {
                dead |= !alive;
            }
        }
    }

    @Override
    public Set<StorageFeature> features() {
        return features;
    }

    @Override
    public Draft create(VolumeId volume) {
        return make("create", volume, null, CopyProgress.NONE);
    }

    @Override
    public Draft clone(SnapshotId snapshot, VolumeId volume, CopyProgress progress) {
        return make("clone", volume, snapshot, progress);
    }

    @Override
    public Draft copy(VolumeId volume, SnapshotId snapshot, CopyProgress progress) {
        return make("copy", snapshot, volume, progress);
    }

    @Override
    public void snapshot(VolumeId volume, SnapshotId snapshot, Map<String, String> attributes, CopyProgress progress) {
        Map<String, String> checked = Attributes.checked(attributes);
        try (MemoryDraft image = make("snapshot", snapshot, volume, progress)) {
            image.publish("snapshot", checked, null);
        }
    }

    private MemoryDraft make(String verb, StoredId id, @Nullable StoredId source, CopyProgress progress) {
        checkOpen();
        reach(verb, id, Moment.BEFORE);
        synchronized (disk) {
            if (source != null) {
                disk.existing(verb, source);
            }
            if (disk.entries.containsKey(id) || disk.pending.putIfAbsent(id, this) != null) {
                throw new AlreadyExistsException("cannot " + verb + " " + id + ": it exists; choose another identity");
            }
        }
        try {
            Files.createDirectory(disk.tree(id));
            if (source != null) {
                MemoryTrees.copy(disk.tree(source), disk.tree(id));
            } else {
                Files.setPosixFilePermissions(disk.tree(id), PosixFilePermissions.fromString("rwx--x--x"));
            }
        } catch (IOException | UncheckedIOException e) {
            tidyUp(id);
            synchronized (disk) {
                if (source != null) {
                    disk.existing(verb, source); // it may have been destroyed while it was copied
                }
            }
            throw new StorageException(verb, id.value(), String.valueOf(e.getMessage()), e);
        }
        MemoryDraft draft = new MemoryDraft(id, source);
        reach(verb, id, Moment.HALFWAY);
        boolean whole = false;
        try {
            if (!features.contains(
                    id instanceof SnapshotId ? StorageFeature.ATOMIC_SNAPSHOT : StorageFeature.CONSTANT_TIME_CLONE)) {
                long bytes = MemoryTrees.bytes(disk.tree(id));
                progress.copied(bytes, bytes);
            }
            synchronized (disk) {
                if (source != null) {
                    disk.existing(verb, source);
                }
            }
            whole = true;
            return draft;
        } finally {
            if (!whole) {
                tidyUp(id);
            }
        }
    }

    /** Who is dead does not. */
    private void tidyUp(StoredId id) {
        if (!dead) {
            disk.remove(id);
        }
    }

    /** A tree that is pending. */
    private final class MemoryDraft implements Draft {

        private final StoredId id;
        private final @Nullable StoredId source;
        private @Nullable StoredId replaced;
        private boolean ended;

        MemoryDraft(StoredId id, @Nullable StoredId source) {
            this.id = id;
            this.source = source;
        }

        @Override
        public Path directory() {
            return disk.tree(id);
        }

        @Override
        public void publish(Map<String, String> attributes) {
            publish("publish", attributes, null);
        }

        @Override
        public void publishInPlaceOf(VolumeId old, Map<String, String> attributes) {
            if (!(id instanceof VolumeId)) {
                throw new UnsupportedOperationException("a snapshot takes no volume's place");
            }
            publish("publish", attributes, old);
        }

        void publish(String verb, Map<String, String> attributes, @Nullable VolumeId old) {
            if (ended) {
                throw new IllegalStateException(id + " was published or closed already");
            }
            Map<String, String> checked = Map.copyOf(Attributes.checked(attributes));
            boolean once = verb.equals("publish"); // else it is the second half of another verb
            if (once) {
                reach(verb, id, Moment.BEFORE);
            }
            synchronized (disk) {
                if (!disk.pending.containsKey(id)) {
                    throw new NotFoundException("cannot publish " + id + ": somebody else destroyed it");
                }
                if (old != null) {
                    disk.existing(verb, old);
                    disk.entries.remove(old);
                    disk.pending.put(old, MemoryStorage.this);
                    replaced = old;
                }
                disk.entries.put(id, new Entry(Optional.ofNullable(source), Instant.now(), checked));
                disk.pending.remove(id);
                ended = true;
            }
            reach(verb, id, Moment.AFTER);
        }

        @Override
        public void close() {
            if (dead) {
                return; // who is dead tidies nothing up
            }
            if (!ended) {
                reach("close", id, Moment.BEFORE);
                ended = true;
                disk.remove(id);
            }
            if (replaced != null) {
                reach("close", replaced, Moment.BEFORE);
                disk.remove(replaced);
                replaced = null;
            }
        }
    }

    @Override
    public void update(List<AttributeChange> changes) {
        checkOpen();
        AttributeChange.targets(changes);
        if (changes.isEmpty()) {
            return;
        }
        reach("update", changes.get(0).target(), Moment.BEFORE);
        synchronized (disk) {
            disk.entries.putAll(changed("update", changes));
        }
        reach("update", changes.get(0).target(), Moment.AFTER);
    }

    private Map<StoredId, Entry> changed(String verb, List<AttributeChange> changes) {
        Map<StoredId, Entry> changed = new HashMap<>();
        for (AttributeChange change : changes) {
            Entry entry = disk.existing(verb, change.target());
            Map<String, String> attributes = new HashMap<>(entry.attributes);
            attributes.keySet().removeAll(change.remove());
            attributes.putAll(change.set());
            changed.put(change.target(), new Entry(entry.source, entry.created, Map.copyOf(attributes)));
        }
        return changed;
    }

    @Override
    public void destroy(VolumeId volume, List<AttributeChange> inTheSameStep) {
        destroyAny(volume, inTheSameStep);
    }

    @Override
    public void destroy(SnapshotId snapshot, List<AttributeChange> inTheSameStep) {
        destroyAny(snapshot, inTheSameStep);
    }

    private void destroyAny(StoredId id, List<AttributeChange> changes) {
        checkOpen();
        AttributeChange.targets(id, changes);
        reach("destroy", id, Moment.BEFORE);
        synchronized (disk) {
            if (!changes.isEmpty() || !disk.pending.containsKey(id)) { // else it is a draft
                disk.existing("destroy", id);
            }
            disk.entries.putAll(changed("destroy", changes));
            disk.entries.remove(id);
            disk.pending.put(id, this);
        }
        reach("destroy", id, Moment.HALFWAY);
        disk.remove(id);
        reach("destroy", id, Moment.AFTER);
    }

    @Override
    public Listing list() {
        checkOpen();
        List<StoredVolume> volumes = new ArrayList<>();
        List<StoredSnapshot> snapshots = new ArrayList<>();
        synchronized (disk) {
            disk.entries.forEach((id, entry) -> {
                OptionalLong bytes = features.contains(StorageFeature.SPACE_ACCOUNTING)
                        ? OptionalLong.of(MemoryTrees.bytes(disk.tree(id)))
                        : OptionalLong.empty();
                StoredId source = entry.source.orElse(null);
                if (id instanceof VolumeId volume) {
                    Optional<SnapshotId> origin =
                            source instanceof SnapshotId snapshot ? Optional.of(snapshot) : Optional.empty();
                    volumes.add(new StoredVolume(volume, origin, entry.attributes, entry.created, bytes, bytes));
                } else if (id instanceof SnapshotId snapshot && source instanceof VolumeId volume) {
                    snapshots.add(new StoredSnapshot(snapshot, volume, entry.attributes, entry.created, bytes, bytes));
                }
            });
            return new Listing(volumes, snapshots);
        }
    }

    /** Its files are in no file system that can be worked in relative to an open directory. */
    @Override
    public Changes changes(SnapshotId image, VolumeId volume) {
        try {
            return TreeEdits.differences(directory(image), directory(volume));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<String> foreign() {
        checkOpen();
        synchronized (disk) {
            return List.copyOf(disk.foreign);
        }
    }

    @Override
    public Path location(VolumeId volume) {
        checkOpen();
        return disk.tree(volume);
    }

    @Override
    public Path directory(VolumeId volume) {
        return directoryOf(volume);
    }

    @Override
    public Path directory(SnapshotId snapshot) {
        return directoryOf(snapshot);
    }

    private Path directoryOf(StoredId id) {
        checkOpen();
        synchronized (disk) {
            if (!(id instanceof VolumeId && disk.pending.containsKey(id))) {
                disk.existing("find", id);
            }
            return disk.tree(id);
        }
    }

    @Override
    public List<StoredDraft> drafts() {
        checkOpen();
        synchronized (disk) {
            List<StoredDraft> drafts = new ArrayList<>();
            disk.pending.forEach((id, maker) -> {
                if (id instanceof VolumeId volume) {
                    drafts.add(new StoredDraft(volume, maker.dead));
                }
            });
            return drafts;
        }
    }

    @Override
    public void recover(Predicate<VolumeId> mayGo) {
        checkOpen();
        List<StoredId> debris = new ArrayList<>();
        synchronized (disk) {
            disk.pending.forEach((id, maker) -> {
                if (maker.dead) {
                    debris.add(id);
                }
            });
        }
        for (StoredId id : debris) {
            if (!(id instanceof VolumeId volume) || mayGo.test(volume)) {
                disk.remove(id);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    /** Whether there is nothing left, whatever is listed. */
    boolean isEmpty() {
        synchronized (disk) {
            return disk.entries.isEmpty()
                    && disk.pending.isEmpty()
                    && disk.trees().isEmpty();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the storage in memory is closed; open it again");
        }
    }

    @Override
    public String toString() {
        return "memory " + features;
    }

    private record Entry(Optional<StoredId> source, Instant created, Map<String, String> attributes) {}

    /** What is kept, whoever has it open. Guarded by its own lock, except for the trees. */
    private static final class Disk {

        final FileSystem files = Jimfs.newFileSystem(Configuration.unix().toBuilder()
                .setAttributeViews("basic", "owner", "posix", "unix")
                .setWorkingDirectory("/")
                .build());
        final Map<StoredId, Entry> entries = new LinkedHashMap<>();
        final Map<StoredId, MemoryStorage> pending = new LinkedHashMap<>();
        final Set<String> foreign = new LinkedHashSet<>();

        Disk() {
            try {
                Files.createDirectories(files.getPath("/volumes"));
                Files.createDirectories(files.getPath("/snapshots"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Path tree(StoredId id) {
            return files.getPath(id instanceof VolumeId ? "/volumes" : "/snapshots", id.value());
        }

        List<Path> trees() {
            try (Stream<Path> volumes = Files.list(files.getPath("/volumes"));
                    Stream<Path> snapshots = Files.list(files.getPath("/snapshots"))) {
                return Stream.concat(volumes, snapshots).toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Entry existing(String verb, StoredId id) {
            Entry entry = entries.get(id);
            if (entry == null) {
                throw new NotFoundException(
                        "cannot " + verb + " " + id + ": there is none; there are " + entries.keySet());
            }
            return entry;
        }

        void remove(StoredId id) {
            MemoryTrees.delete(tree(id));
            synchronized (this) {
                pending.remove(id);
            }
        }
    }
}
