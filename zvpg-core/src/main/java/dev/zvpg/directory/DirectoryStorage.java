package dev.zvpg.directory;

import dev.zvpg.directory.Document.Entry;
import dev.zvpg.directory.Lifecycle.Making;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.internal.io.FileMutex;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.TreeSync;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.Attributes;
import dev.zvpg.storage.CopyCallback;
import dev.zvpg.storage.Listing;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StorageDescription;
import dev.zvpg.storage.StorageFeature;
import dev.zvpg.storage.StoredId;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps volumes and snapshots as directories, on any POSIX file system of this machine: as subvolumes on btrfs, as plain
 * directories that share their blocks where the file system can, as copies elsewhere ({@link #copyMethod}).
 *
 * <p>What exists, and every attribute, is in one JSON document that is replaced atomically. An identity is entered there as
 * pending before its tree is made, and a destroyed one is pending until its tree is gone; so {@link #recover} removes what is
 * pending and nothing else, and a tree that the document does not know is foreign. Not so in the directory {@code clones},
 * where nobody else may put anything: what is not known there is removed by {@code recover}.
 *
 * <p>With {@link CopyMethod#SUBVOLUME} it has {@link StorageFeature#ATOMIC_SNAPSHOT} and
 * {@link StorageFeature#CONSTANT_TIME_CLONE}, unless it held a volume at opening that is a plain directory, made by another
 * method. Such volumes and snapshots are copied into subvolumes by sharing their blocks; so once those volumes are gone, the
 * next opening finds both features. A copy is everything the subvolume holds; a further subvolume within is an empty
 * directory in the copy.
 *
 * <p>Other copies keep owners (as root), modes, times, symbolic links as links, and hard links inside the tree. They do not
 * keep holes, and with {@link CopyMethod#COPY} no extended attributes; sockets, pipes and devices are left out.
 *
 * <p>A snapshot's tree is not write-protected: that would change modes that clones must have, and of a subvolume nobody could
 * remove the files. A source that is destroyed while it is copied makes the copying verb fail with {@link NotFoundException}.
 *
 * <p>What durability costs: every change of the document waits for the disk; a snapshot that is not a subvolume, and the first
 * update of a volume, run {@code sync -f} once, which writes everything that waits to be written on that file system. A clone
 * that was never updated waits for nothing when it is made and when it is destroyed, and is gone after the operating system's
 * next start, even after an orderly one.
 *
 * <p>A destroyed object is gone at once; a file of its tree that cannot be removed is logged, and tried again by
 * {@link #recover}. On Linux and the like; not to be used by several machines over a network.
 *
 * <p>Thread-safe, also among processes.
 */
public final class DirectoryStorage implements Storage {

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryStorage.class);

    private static final String UNKNOWN_BOOT = "unknown";

    private final Place place;
    private final DocumentFile file;
    private final Lifecycle lifecycle;
    private final Copier copier;
    private final boolean atomic;
    private final Optional<String> boot;
    private volatile boolean closed;

    private DirectoryStorage(Place place, DocumentFile file, Copier copier, Optional<String> boot) throws IOException {
        this.place = place;
        this.file = file;
        this.lifecycle = new Lifecycle(place, file, copier);
        this.copier = copier;
        this.atomic = copier.method() == CopyMethod.SUBVOLUME && everyVolumeIsASubvolume();
        this.boot = boot;
    }

    private boolean everyVolumeIsASubvolume() throws IOException {
        for (Entry entry : file.read().entries()) {
            if (entry.id() instanceof VolumeId && !copier.isAtomic(tree(entry))) {
                LOG.info(
                        "{} is a plain directory, made by another method of copying; as long as there are such volumes, "
                                + "snapshots of running servers are made like backups",
                        tree(entry));
                return false;
            }
        }
        return true;
    }

    private Path tree(Entry entry) {
        return place.tree(entry.area(), entry.id());
    }

    /**
     * Describes the storage in a directory, which is made where it is missing. When it is opened, it is tried there what the
     * file system can, and what this user may. Opening throws {@link ConfigurationException} when the storage's document
     * cannot be read or belongs to a newer format, or this is no place for a storage.
     *
     * @param directory where to keep everything; what it holds already is foreign and left alone
     * @return the description
     */
    public static StorageDescription at(Path directory) {
        return () -> open(directory, Optional.empty(), BootId.current());
    }

    /**
     * Describes the storage in a directory, as {@link #at(Path)}, with a given method of copying. Opening also throws
     * {@link ConfigurationException} when the file system cannot do what is asked for.
     *
     * @param directory where to keep everything; what it holds already is foreign and left alone
     * @param method how to copy
     * @return the description
     */
    public static StorageDescription at(Path directory, CopyMethod method) {
        return () -> open(directory, Optional.of(method), BootId.current());
    }

    static DirectoryStorage open(Path directory, Optional<CopyMethod> wanted, Optional<String> boot) {
        Place place = new Place(directory.toAbsolutePath().normalize());
        if (Files.exists(place.root()) && !Files.isDirectory(place.root())) {
            throw new ConfigurationException(
                    place.root(), null, "is not a directory", "name one for the storage", null);
        }
        if (!directory.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            throw new ConfigurationException(
                    place.root(),
                    null,
                    "has no POSIX owners and modes",
                    "use a directory on a POSIX file system",
                    null);
        }
        try {
            place.prepare();
            FileMutex lock = FileMutex.of(place.lock());
            Copier copier = lock.hold(() -> Copier.at(place, wanted));
            DocumentFile file = new DocumentFile(place, lock, boot);
            return new DirectoryStorage(place, file, copier, boot);
        } catch (IOException e) {
            throw IoFailure.of("open", "the storage in " + place, place.root(), e);
        }
    }

    /**
     * How trees are copied here.
     *
     * @return the best method that passed the trial at opening, or the one that was asked for. A file that the file system
     *     refuses to share nevertheless makes that one tree be copied
     */
    public CopyMethod copyMethod() {
        return copier.method();
    }

    @Override
    public Set<StorageFeature> features() {
        return atomic ? Set.of(StorageFeature.ATOMIC_SNAPSHOT, StorageFeature.CONSTANT_TIME_CLONE) : Set.of();
    }

    @Override
    public void create(VolumeId volume, Map<String, String> attributes) {
        checkOpen();
        Map<String, String> checked = Attributes.checked(attributes);
        lifecycle.make("create", volume, Area.VOLUMES, Optional.empty(), tree -> {
            copier.create(tree);
            Place.searchable(tree);
            OpenDirectory.sync(tree);
            OpenDirectory.sync(place.trees(Area.VOLUMES));
            return new Making(checked, boot.or(() -> Optional.of(UNKNOWN_BOOT))); // what is put into it is not synced
        });
    }

    @Override
    public void snapshot(VolumeId volume, SnapshotId snapshot, Map<String, String> attributes, CopyCallback copy) {
        checkOpen();
        Map<String, String> all = new HashMap<>(Attributes.checked(attributes));
        Path source = existingTree("snapshot", volume);
        lifecycle.make("snapshot", snapshot, Area.SNAPSHOTS, Optional.of(volume), tree -> {
            if (atomic) {
                copier.freeze(source, tree); // and it is on disk
                return new Making(Map.copyOf(all), Optional.empty());
            }
            copier.copy(source, tree, true, copy);
            all.putAll(Attributes.checked(copy.complete(tree)));
            TreeSync.sync(tree);
            return new Making(Map.copyOf(all), Optional.empty());
        });
    }

    @Override
    public void clone(SnapshotId snapshot, VolumeId volume, Map<String, String> attributes, CopyCallback copy) {
        checkOpen();
        Map<String, String> checked = Attributes.checked(attributes);
        // where nobody can tell one run of the system from the next, a clone is made like any volume
        Area area = boot.isPresent() ? Area.CLONES : Area.VOLUMES;
        lifecycle.make("clone", volume, area, Optional.of(snapshot), tree -> {
            copier.copy(place.tree(Area.SNAPSHOTS, snapshot), tree, false, copy);
            if (boot.isEmpty()) {
                TreeSync.sync(tree); // after a power cut nobody could tell that it never was
            }
            return new Making(checked, boot);
        });
    }

    @Override
    public void update(List<AttributeChange> changes) {
        checkOpen();
        Set<StoredId> targets = AttributeChange.targets(changes);
        if (changes.isEmpty()) {
            return;
        }
        lifecycle.update(changes, targets);
    }

    @Override
    public void destroy(VolumeId volume, List<AttributeChange> inTheSameStep) {
        checkOpen();
        lifecycle.destroy(volume, inTheSameStep, AttributeChange.targets(volume, inTheSameStep));
    }

    @Override
    public void destroy(SnapshotId snapshot, List<AttributeChange> inTheSameStep) {
        checkOpen();
        lifecycle.destroy(snapshot, inTheSameStep, AttributeChange.targets(snapshot, inTheSameStep));
    }

    @Override
    public Listing list() {
        checkOpen();
        try {
            List<Place.Found> found = place.scan();
            Document document = file.read();
            // what the scan saw and the document did not know is foreign; unless it was ours, destroyed between the two
            List<String> foreign = found.stream()
                    .filter(tree -> !tree.isKnownTo(document) && !tree.isClone() && tree.isStillThere())
                    .map(Place.Found::name)
                    .toList();
            return document.listing(foreign);
        } catch (IOException e) {
            throw IoFailure.of("list", place.toString(), place.root(), e);
        }
    }

    @Override
    public Path directory(VolumeId volume) {
        return existingTree("find", volume);
    }

    @Override
    public Path directory(SnapshotId snapshot) {
        return existingTree("find", snapshot);
    }

    private Path existingTree(String verb, StoredId id) {
        checkOpen();
        try {
            return tree(lifecycle.existing(verb, file.read(), id));
        } catch (IOException e) {
            throw IoFailure.of(verb, Lifecycle.name(id), place.root(), e);
        }
    }

    @Override
    public void recover() {
        checkOpen();
        lifecycle.recover();
    }

    @Override
    public void close() {
        closed = true;
        try {
            file.close();
        } catch (IOException e) {
            throw IoFailure.of("close", "the storage in " + place, place.root(), e);
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the storage in " + place + " is closed; open it again");
        }
    }

    @Override
    public String toString() {
        return "directory " + place + " (" + copyMethod() + ")";
    }
}
