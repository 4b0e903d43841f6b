package dev.zvpg.zfs;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.PermissionException;
import dev.zvpg.error.StorageException;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.Attributes;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.Draft;
import dev.zvpg.storage.Listing;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StorageDescription;
import dev.zvpg.storage.StorageFeature;
import dev.zvpg.storage.StoredDraft;
import dev.zvpg.storage.Streams;
import dev.zvpg.storage.VolumeId;
import dev.zvpg.zfs.binding.Lzc;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Keeps volumes as ZFS datasets: snapshots and clones take the same short time whatever the size of the data, and no
 * process is started for anything.
 *
 * <p>A volume is the dataset {@code DATASET/ID.zvpg}, a snapshot of it is {@code DATASET/ID.zvpg@ID}, their attributes
 * are user properties {@code zvpg:NAME}. Volumes are mounted when {@link #directory(VolumeId)} is first asked for them,
 * snapshots read-only, and stay so when the storage is closed. What was destroyed but is still needed by something that
 * grew from it stays in the pool, out of sight, until that goes.
 *
 * <p>Root only, on Linux, with OpenZFS 2.1 or later: ZFS grants channel programs and mounting to nobody else.
 *
 * <p>Thread-safe, also among processes.
 */
public final class ZfsStorage implements Storage {

    private final Names names;
    private final Objects objects;
    private final Making making;
    private final Destroying destroying;
    private final Mounting mounting;
    private final Streams streams;
    private volatile boolean closed;

    private ZfsStorage(Objects objects, MountPoints mountPoints, Root.Opened root) {
        this.names = objects.names();
        this.objects = objects;
        this.destroying = new Destroying(objects, mountPoints);
        this.making = new Making(objects, mountPoints, destroying, root.properties());
        this.mounting = new Mounting(objects, mountPoints);
        this.streams = new ZfsStreams(objects, new Receiving(objects, mountPoints, destroying, root));
    }

    /**
     * Describes the storage in a dataset, which is created when it is missing; its parent must exist. Opening throws
     * {@link NotFoundException} when there is no such pool or no such parent, {@link PermissionException} when this
     * user may not use ZFS, and {@link StorageException} when ZFS is not installed or its kernel module is not loaded;
     * the messages say what to do.
     *
     * @param dataset its name, such as {@code tank/zvpg}; what it holds already is foreign and left alone
     * @return the description
     * @throws ConfigurationException when that is not the name of a dataset
     */
    public static StorageDescription dataset(String dataset) {
        return dataset(dataset, UnaryOperator.identity());
    }

    /**
     * Describes the storage in a dataset, as {@link #dataset(String)}, with options.
     *
     * @param dataset its name, such as {@code tank/zvpg}
     * @param options what to change about the options
     * @return the description
     * @throws ConfigurationException when that is not the name of a dataset
     */
    public static StorageDescription dataset(String dataset, UnaryOperator<ZfsOptions> options) {
        Names names = Root.check(dataset);
        ZfsOptions chosen = options.apply(ZfsOptions.defaults(dataset));
        return () -> open(names, chosen);
    }

    private static ZfsStorage open(Names names, ZfsOptions chosen) {
        Lzc lzc = Lzc.open();
        Root.Opened root = Root.open(lzc, names, chosen);
        MountPoints mountPoints = new MountPoints(chosen.mountDirectory());
        return new ZfsStorage(new Objects(lzc, names, mountPoints::claimed), mountPoints, root);
    }

    @Override
    public Set<StorageFeature> features() {
        return Set.of(
                StorageFeature.ATOMIC_SNAPSHOT,
                // a snapshot lies between two transaction groups, and what is written later is never in an earlier one
                StorageFeature.WRITE_ORDER,
                StorageFeature.CONSTANT_TIME_CLONE,
                StorageFeature.MOUNTED_ON_DEMAND,
                StorageFeature.SPACE_ACCOUNTING);
    }

    @Override
    public Draft create(VolumeId volume) {
        checkOpen();
        return making.create(volume);
    }

    @Override
    public Draft clone(SnapshotId snapshot, VolumeId volume, CopyProgress progress) {
        checkOpen();
        return making.clone(snapshot, volume);
    }

    @Override
    public void snapshot(VolumeId volume, SnapshotId snapshot, Map<String, String> attributes, CopyProgress progress) {
        checkOpen();
        making.snapshot(volume, snapshot, Attributes.checked(attributes));
    }

    @Override
    public void update(List<AttributeChange> changes) {
        checkOpen();
        AttributeChange.targets(changes);
        if (!changes.isEmpty()) {
            objects.update(changes);
        }
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
        return objects.scan().listing();
    }

    @Override
    public List<String> foreign() {
        checkOpen();
        return objects.scan().foreign();
    }

    @Override
    public Path location(VolumeId volume) {
        checkOpen();
        return mounting.location(volume);
    }

    @Override
    public Path directory(VolumeId volume) {
        checkOpen();
        return mounting.directory(volume);
    }

    @Override
    public Path directory(SnapshotId snapshot) {
        checkOpen();
        return mounting.directory(snapshot);
    }

    @Override
    public Optional<Streams> streams() {
        checkOpen();
        return Optional.of(streams);
    }

    @Override
    public List<StoredDraft> drafts() {
        checkOpen();
        return destroying.drafts();
    }

    @Override
    public void recover(Predicate<VolumeId> mayGo) {
        checkOpen();
        destroying.recover(mayGo);
    }

    /** Nothing is unmounted: servers may run on volumes. */
    @Override
    public void close() {
        closed = true;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the storage " + this + " is closed; open it again");
        }
    }

    @Override
    public String toString() {
        return "zfs " + names.root();
    }
}
