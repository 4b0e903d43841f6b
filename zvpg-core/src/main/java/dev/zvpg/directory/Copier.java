package dev.zvpg.directory;

import dev.zvpg.directory.Document.Entry;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.internal.io.MountPoints;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes, copies and removes the trees of one place, with one {@link CopyMethod}. What another method has made is copied
 * and removed as well: a plain directory is copied into a subvolume, and a subvolume goes like a directory where it
 * must.
 *
 * <p>Thread-safe.
 */
final class Copier {

    private static final Logger LOG = LoggerFactory.getLogger(Copier.class);

    private final CopyMethod method;
    private final boolean onBtrfs;
    private final boolean subvolumesGo;
    private final Path place;

    /** Whether live trees may be copied by the method, too. */
    private final boolean sharesLive;

    private Copier(Path place, CopyMethod method, boolean onBtrfs, boolean subvolumesGo, boolean sharesLive) {
        this.place = place;
        this.sharesLive = sharesLive;
        this.method = method;
        this.onBtrfs = onBtrfs;
        this.subvolumesGo = subvolumesGo;
    }

    /**
     * The one for a place: what is wanted, or the best that works there. Called under the place's lock.
     *
     * @throws ConfigurationException when what is wanted does not work
     */
    static Copier at(Place place, Optional<CopyMethod> wanted) throws IOException {
        boolean onBtrfs = Subvolumes.mayBeAt(place.root());
        if (onBtrfs && wanted.filter(method -> method != CopyMethod.SUBVOLUME).isEmpty()) {
            Subvolumes.Rights rights = Subvolumes.tryAt(place.probe());
            if (rights != Subvolumes.Rights.NONE) {
                return new Copier(
                        place.root(),
                        CopyMethod.SUBVOLUME,
                        true,
                        rights == Subvolumes.Rights.MAKE_AND_DELETE,
                        Reflink.isSafeAt(place.probe()));
            }
            LOG.info(
                    "{} is on btrfs, but subvolumes cannot be used there; install btrfs-progs, or see who may make and "
                            + "remove subvolumes",
                    place);
        }
        if (wanted.filter(method -> method != CopyMethod.REFLINK).isEmpty() && Reflink.worksAt(place.probe())) {
            boolean safe = Reflink.isSafeAt(place.probe());
            if (!safe) {
                LOG.info(
                        "snapshots in {} are copied byte by byte: root shares blocks with a volume only where no link in it "
                                + "is followed, which needs Linux 5.10, util-linux 2.38 and the right to mount",
                        place);
            }
            return new Copier(place.root(), CopyMethod.REFLINK, onBtrfs, true, safe);
        }
        CopyMethod asked = wanted.orElse(CopyMethod.COPY);
        if (asked != CopyMethod.COPY) {
            throw new ConfigurationException(
                    place.root(),
                    "method",
                    "is " + asked
                            + (asked == CopyMethod.REFLINK
                                    ? ", but this file system cannot share blocks, or GNU cp is missing"
                                    : ", but this is not btrfs, or btrfs-progs is missing, or subvolumes cannot be made and "
                                            + "removed by user " + System.getProperty("user.name")),
                    "omit it for what works here, " + CopyMethod.COPY + " works everywhere",
                    null);
        }
        return new Copier(place.root(), CopyMethod.COPY, onBtrfs, true, false);
    }

    CopyMethod method() {
        return method;
    }

    /** Whether an image of this tree is one instant of it. */
    boolean isAtomic(Path tree) throws IOException {
        return method == CopyMethod.SUBVOLUME && Subvolumes.is(tree);
    }

    /** Whether images of all volumes are one instant of them. */
    boolean isAtomic(Objects objects) throws IOException {
        if (method != CopyMethod.SUBVOLUME) {
            return false;
        }
        for (Entry entry : objects.file().read().entries()) {
            if (entry.id() instanceof VolumeId && !isAtomic(objects.tree(entry.id()))) {
                LOG.info(
                        "{} is a plain directory, made by another method of copying; as long as there are such volumes, "
                                + "snapshots of running servers are made like backups",
                        objects.tree(entry.id()));
                return false;
            }
        }
        return true;
    }

    /** Whether subvolumes are made here, and may be removed as a whole. */
    boolean removesSubvolumes() {
        return method == CopyMethod.SUBVOLUME && subvolumesGo;
    }

    /**
     * Makes an empty tree that only its owner may enter.
     *
     * @throws FileAlreadyExistsException when there is something already
     */
    void create(Path tree) throws IOException {
        if (method == CopyMethod.SUBVOLUME) {
            Subvolumes.create(tree);
        } else {
            Files.createDirectory(tree, Label.DIRECTORY_MODE);
        }
    }

    /** Makes a tree that is one instant of another, and is on disk when this returns. */
    void freeze(Path source, Path tree) throws IOException {
        if (Files.isDirectory(source) && !Subvolumes.is(source)) {
            throw new IOException(
                    source + " became a plain directory while this storage was open, because another process "
                            + "uses another method of copying; close this storage and open it again");
        }
        MountPoints.requireNone(source);
        Subvolumes.snapshot(source, tree);
    }

    /**
     * Makes a tree as a copy of another; see {@link PlainCopy#copy}.
     *
     * @throws FileAlreadyExistsException when there is something already
     */
    void copy(Path source, Path tree, boolean alive, CopyProgress progress) throws IOException {
        if (isAtomic(source)) {
            Subvolumes.snapshot(source, tree);
            return;
        }
        MountPoints.requireNone(source);
        create(tree);
        if (method != CopyMethod.COPY && (sharesLive || !alive)) {
            try {
                if (alive) {
                    Reflink.copyLive(place, source, tree, progress);
                } else {
                    Reflink.copy(source, tree, progress);
                }
                return;
            } catch (Reflink.RefusedException e) {
                LOG.info("{} is copied byte by byte, because its blocks cannot be shared: {}", source, e.getMessage());
                delete(tree);
                create(tree);
            }
        }
        PlainCopy.copy(source, tree, alive, progress);
    }

    /** Removes a tree, or what there is of it. */
    void delete(Path tree) throws IOException {
        MountPoints.requireNone(tree);
        if (onBtrfs && subvolumesGo && Subvolumes.is(tree) && Subvolumes.delete(tree)) {
            return;
        }
        OpenDirectory.deleteTree(tree);
    }
}
