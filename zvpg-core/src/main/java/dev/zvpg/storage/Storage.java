package dev.zvpg.storage;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.error.PermissionException;
import dev.zvpg.error.StorageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Keeps volumes (writable directory trees), snapshots (immutable images of them) and the attributes of both.
 *
 * <p><b>Lifetimes are independent.</b> A volume cloned from a snapshot, the snapshot, and the volume that the snapshot is an
 * image of may be destroyed in any order; none of the others is harmed.
 *
 * <p><b>Atomicity.</b> Each verb happens wholly or not at all, also when the process is killed or the power goes in the
 * middle of it. What an interrupted verb leaves behind is invisible in {@link #list()} and removed by {@link #recover()}. A
 * verb that throws has changed nothing.
 *
 * <p><b>Durability.</b> When {@link #create}, {@link #snapshot}, {@link #update} or {@code destroy} returns, what it did
 * survives a power cut; of a created volume that is the empty volume. A volume made by {@link #clone} may still vanish whole.
 * The files in a volume made by {@code create} or {@code clone} become durable, as they were then, with the first
 * {@link #update} that names it. (So a clone that is thrown away soon never waits for a disk.)
 *
 * <p><b>Errors.</b> Beside those listed, every verb may throw {@link PermissionException}, {@link OutOfSpaceException},
 * {@link StorageException}, and {@link IllegalStateException} after {@link #close()}.
 *
 * <p>Implementations are thread-safe, and several processes may use the same storage at once: verbs on different objects run
 * side by side.
 */
public interface Storage extends AutoCloseable {

    /**
     * What this storage can do beyond the contract.
     *
     * @return its features; the same set for as long as it is open
     */
    Set<StorageFeature> features();

    /**
     * Makes an empty volume. Every user may enter its top directory (mode 0711), because the server that runs on it may
     * belong to another user than this JVM; what is put into it is protected by modes of its own.
     *
     * @param volume its identity
     * @param attributes its attributes
     * @throws AlreadyExistsException when the identity is taken
     */
    void create(VolumeId volume, Map<String, String> attributes);

    /**
     * Takes an image of a volume, attributes included, all or nothing. With {@link StorageFeature#ATOMIC_SNAPSHOT} the image
     * is one instant of the volume. Without it the files are copied one by one: one that vanishes meanwhile is left out, and
     * the caller makes the image complete in {@link CopyCallback#complete}.
     *
     * @param volume what to take an image of
     * @param snapshot the image's identity
     * @param attributes its attributes
     * @param copy told about a copy's progress, and asked to complete the image
     * @throws NotFoundException when there is no such volume
     * @throws AlreadyExistsException when the identity is taken
     */
    void snapshot(VolumeId volume, SnapshotId snapshot, Map<String, String> attributes, CopyCallback copy);

    /**
     * Makes a new volume that starts as a snapshot's image.
     *
     * @param snapshot what to start from
     * @param volume the new volume's identity
     * @param attributes its attributes; the snapshot's are not inherited
     * @param copy told about a copy's progress
     * @throws NotFoundException when there is no such snapshot
     * @throws AlreadyExistsException when the identity is taken
     */
    void clone(SnapshotId snapshot, VolumeId volume, Map<String, String> attributes, CopyCallback copy);

    /**
     * Changes attributes of several objects in one atomic step: nobody ever sees some of the changes without the others.
     *
     * @param changes what to change; at most one change for each object
     * @throws NotFoundException when one of the objects does not exist; nothing is changed then
     */
    void update(List<AttributeChange> changes);

    /**
     * Destroys a volume, and changes attributes of others in the same atomic step. Its snapshots and what was cloned from them
     * stay. Succeeds also where no space is left.
     *
     * @param volume what to destroy
     * @param inTheSameStep what to change; at most one change for each object, and none of the volume
     * @throws NotFoundException when there is no such volume, or one of the changed objects does not exist
     * @throws InUseException when a process keeps it busy and the storage cannot let go of it; the message says who
     */
    void destroy(VolumeId volume, List<AttributeChange> inTheSameStep);

    /**
     * Destroys a snapshot, and changes attributes of others in the same atomic step. Volumes cloned from it stay; space they
     * share with it returns when the last of them goes. Succeeds also where no space is left.
     *
     * @param snapshot what to destroy
     * @param inTheSameStep what to change; at most one change for each object, and none of the snapshot
     * @throws NotFoundException when there is no such snapshot, or one of the changed objects does not exist
     * @throws InUseException when somebody outside holds it; the message says who
     */
    void destroy(SnapshotId snapshot, List<AttributeChange> inTheSameStep);

    /**
     * Destroys a volume and changes nothing else.
     *
     * @param volume what to destroy
     */
    default void destroy(VolumeId volume) {
        destroy(volume, List.of());
    }

    /**
     * Destroys a snapshot and changes nothing else.
     *
     * @param snapshot what to destroy
     */
    default void destroy(SnapshotId snapshot) {
        destroy(snapshot, List.of());
    }

    /**
     * Lists everything at one moment.
     *
     * @return one consistent listing
     */
    Listing list();

    /**
     * Where a volume's files are, mounted if need be. The tree is the caller's to write.
     *
     * @param volume the volume
     * @return an absolute path that stays the same for as long as the volume lives
     * @throws NotFoundException when there is no such volume
     */
    Path directory(VolumeId volume);

    /**
     * Where a snapshot's files can be read.
     *
     * @param snapshot the snapshot
     * @return an absolute path; the tree below it must not be written, and where the storage can it refuses writes
     * @throws NotFoundException when there is no such snapshot
     */
    Path directory(SnapshotId snapshot);

    /**
     * Removes what verbs that were cut off by a crash left behind. The caller makes sure that no other process or thread is
     * in the middle of a verb; foreign things are left alone.
     */
    void recover();

    /** Releases what the storage holds open; destroys nothing. Idempotent. */
    @Override
    void close();
}
