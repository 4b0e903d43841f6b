package dev.zvpg.directory;

import dev.zvpg.diff.Changes;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.internal.io.FileMutex;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.Attributes;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.Draft;
import dev.zvpg.storage.Listing;
import dev.zvpg.storage.OverlayDraft;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StorageDescription;
import dev.zvpg.storage.StorageFeature;
import dev.zvpg.storage.StoredDraft;
import dev.zvpg.storage.StoredId;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Keeps volumes and snapshots as directories, on any POSIX file system of this machine: as subvolumes on btrfs, as
 * plain directories that share their blocks where the file system can, as copies elsewhere ({@link #copyMethod}).
 *
 * <p>What exists, and every attribute, is in one JSON document that is replaced atomically. While a tree is made or
 * removed, its process holds a lock on a file of the directory {@code drafts} that is called after it. So
 * {@link #recover} removes the trees of such files that nobody holds and nothing else, and a tree of which neither they
 * nor the document know is foreign.
 *
 * <p>With {@link CopyMethod#SUBVOLUME} it has {@link StorageFeature#ATOMIC_SNAPSHOT} and
 * {@link StorageFeature#CONSTANT_TIME_CLONE}, unless it held a volume at opening that is a plain directory, made by
 * another method. Such volumes and snapshots are copied into subvolumes by sharing their blocks; so once those volumes
 * are gone, the next opening finds both features. A copy is everything the subvolume holds; a further subvolume within
 * is an empty directory in the copy.
 *
 * <p>Other copies keep owners (as root), modes, times, symbolic links as links, and hard links inside the tree. They do
 * not keep holes, and with {@link CopyMethod#COPY} no extended attributes; sockets, pipes and devices are left out.
 *
 * <p>A snapshot's tree is not write-protected: that would change modes that clones must have, and of a subvolume nobody
 * could remove the files. A source that is destroyed while it is copied makes the copying verb fail with
 * {@link NotFoundException}.
 *
 * <p>Where trees are not cloned in constant time, one can be made to be laid over that of a snapshot ({@link #overlay}). A
 * snapshot that is destroyed while drafts are laid over it is gone at once; its files are removed when the last of them
 * ends, or by {@link #recover} when that was a process that died.
 *
 * <p>What durability costs: every change of the document waits for the disk; publishing a draft runs {@code sync -f}
 * once, which writes everything that waits to be written on that file system. A draft that is thrown away waits for
 * nothing.
 *
 * <p>{@link #changes} reads both trees, unless both are subvolumes and this process is root: then btrfs tells where they
 * have grown apart.
 *
 * <p>A destroyed object is gone at once; a file of its tree that cannot be removed is logged, and tried again by
 * {@link #recover}. On Linux and the like; not to be used by several machines over a network.
 *
 * <p>Thread-safe, also among processes.
 */
public final class DirectoryStorage implements Storage {

    /** The format that this version writes, and the only one that it reads. */
    public static final int FORMAT = DocumentFormat.NUMBER;

    private final Place place;
    private final Objects objects;
    private final Making making;
    private final Standing standing;
    private final Destroying destroying;
    private final Copier copier;
    private final Comparing comparing;
    private final boolean atomic;
    private volatile boolean closed;

    private DirectoryStorage(Place place, DocumentFile file, Copier copier) throws IOException {
        this.place = place;
        this.objects = new Objects(place, file);
        this.destroying = new Destroying(objects, copier);
        this.making = new Making(objects, destroying);
        this.standing = new Standing(objects, making, destroying, copier);
        this.copier = copier;
        this.comparing = new Comparing(place, copier);
        this.atomic = copier.isAtomic(objects);
    }

    /**
     * Describes the storage in a directory, which is made where it is missing. When it is opened, it is tried there
     * what the file system can, and what this user may. Opening throws {@link ConfigurationException} when the
     * storage's document cannot be read or belongs to a newer format, or this is no place for a storage.
     *
     * @param directory where to keep everything; what it holds already is foreign and left alone
     * @return the description
     */
    public static StorageDescription at(Path directory) {
        return () -> open(directory, Optional.empty());
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
        return () -> open(directory, Optional.of(method));
    }

    private static DirectoryStorage open(Path directory, Optional<CopyMethod> wanted) {
        Place place = Place.at(directory);
        try {
            place.prepare();
            FileMutex lock = FileMutex.of(place.lock());
            Copier copier = lock.hold(() -> Copier.at(place, wanted));
            return new DirectoryStorage(place, new DocumentFile(place, lock), copier);
        } catch (IOException e) {
            throw IoFailure.of("open", "the storage in " + place, place.root(), e);
        }
    }

    /**
     * How trees are copied here.
     *
     * @return the best method that passed the trial at opening, or the one that was asked for. A file that the file
     *     system refuses to share nevertheless makes that one tree be copied
     */
    public CopyMethod copyMethod() {
        return copier.method();
    }

    @Override
    public Set<StorageFeature> features() {
        return atomic ? Set.of(StorageFeature.ATOMIC_SNAPSHOT, StorageFeature.CONSTANT_TIME_CLONE) : Set.of();
    }

    @Override
    public Draft create(VolumeId volume) {
        checkOpen();
        return making.make("create", volume, Optional.empty(), tree -> {
            copier.create(tree);
            Place.searchable(tree);
        });
    }

    @Override
    public Draft clone(SnapshotId snapshot, VolumeId volume, CopyProgress progress) {
        checkOpen();
        return making.make(
                "clone",
                volume,
                Optional.of(snapshot),
                tree -> copier.copy(place.tree(snapshot), tree, false, progress));
    }

    @Override
    public Optional<OverlayDraft> overlay(SnapshotId snapshot, VolumeId volume) {
        checkOpen();
        return standing.overlay(snapshot, volume);
    }

    @Override
    public Draft copy(VolumeId volume, SnapshotId snapshot, CopyProgress progress) {
        checkOpen();
        return making.make(
                "snapshot",
                snapshot,
                Optional.of(volume),
                tree -> copier.copy(place.tree(volume), tree, true, progress));
    }

    @Override
    public void snapshot(VolumeId volume, SnapshotId snapshot, Map<String, String> attributes, CopyProgress progress) {
        Attributes.checked(attributes);
        if (!atomic) {
            try (Draft image = copy(volume, snapshot, progress)) {
                image.publish(attributes);
            }
            return;
        }
        try (TreeDraft image = freeze(volume, snapshot)) {
            image.publishAsMade(attributes);
        }
    }

    private TreeDraft freeze(VolumeId volume, SnapshotId snapshot) {
        checkOpen();
        return making.make("snapshot", snapshot, Optional.of(volume), tree -> copier.freeze(place.tree(volume), tree));
    }

    @Override
    public void update(List<AttributeChange> changes) {
        checkOpen();
        Set<StoredId> targets = AttributeChange.targets(changes);
        if (changes.isEmpty()) {
            return;
        }
        objects.update(changes, targets);
    }

    @Override
    public void destroy(VolumeId volume, List<AttributeChange> inTheSameStep) {
        checkOpen();
        AttributeChange.targets(volume, inTheSameStep);
        destroying.destroy(volume, inTheSameStep);
    }

    @Override
    public void destroy(SnapshotId snapshot, List<AttributeChange> inTheSameStep) {
        checkOpen();
        AttributeChange.targets(snapshot, inTheSameStep);
        destroying.destroy(snapshot, inTheSameStep);
    }

    @Override
    public Listing list() {
        checkOpen();
        return objects.list();
    }

    @Override
    public List<String> foreign() {
        checkOpen();
        return objects.foreign();
    }

    @Override
    public List<StoredDraft> drafts() {
        checkOpen();
        return destroying.drafts();
    }

    @Override
    public Path location(VolumeId volume) {
        checkOpen();
        return place.tree(volume);
    }

    @Override
    public Path directory(VolumeId volume) {
        return existingTree(volume);
    }

    @Override
    public Path directory(SnapshotId snapshot) {
        return existingTree(snapshot);
    }

    private Path existingTree(StoredId id) {
        checkOpen();
        try {
            if (!(id instanceof VolumeId && objects.isDraft(id))) {
                objects.existing("find", objects.file().read(), id);
            }
            return place.tree(id);
        } catch (IOException e) {
            throw objects.failure("find", id, e);
        }
    }

    @Override
    public Changes changes(SnapshotId image, VolumeId volume) {
        return comparing
                .changes(directory(image), directory(volume))
                .orElseGet(() -> Storage.super.changes(image, volume));
    }

    @Override
    public void recover(Predicate<VolumeId> mayGo) {
        checkOpen();
        comparing.recover();
        destroying.recover(mayGo);
    }

    @Override
    public void close() {
        closed = true;
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
