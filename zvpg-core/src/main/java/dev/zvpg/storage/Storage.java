package dev.zvpg.storage;

import dev.zvpg.diff.Changes;
import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.error.PermissionException;
import dev.zvpg.error.StorageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Keeps volumes (writable directory trees), snapshots (immutable images of them) and the attributes of both.
 *
 * <p><b>Drafts.</b> Every new tree begins as a {@link Draft}: it is there for its maker only, and is gone when that
 * closes it or dies, unless it was published. A draft waits for no disk, so what is thrown away soon costs no more than
 * its files. Its identity is taken for everybody, but {@link #directory(VolumeId)}, {@link #location} and a
 * {@code destroy} that changes nothing else are the only verbs that find it; for the others there is no such volume.
 *
 * <p><b>What an image keeps,</b> and what grows from it: names, contents, modes, times of modification, symbolic links
 * as links, hard links within the tree, and owners where this process may set them, all this also of the top directory.
 * Sockets, pipes and devices may be left out.
 *
 * <p><b>Lifetimes are independent.</b> A volume cloned from a snapshot, the snapshot, and the volume that the snapshot
 * is an image of may be destroyed in any order; none of the others is harmed.
 *
 * <p><b>Atomicity.</b> Each verb happens wholly or not at all, also when the process is killed or the power goes in the
 * middle of it. What an interrupted verb leaves behind is invisible in {@link #list()} and removed by {@link #recover}.
 * A verb that throws has changed nothing; {@link Draft#publish} says what is different there.
 *
 * <p><b>Durability.</b> When {@link Draft#publish}, {@link #snapshot}, {@link #update} or {@code destroy} returns, what
 * it did survives a power cut.
 *
 * <p><b>Errors.</b> Beside those listed, every verb may throw {@link PermissionException}, {@link OutOfSpaceException},
 * {@link StorageException}, and {@link IllegalStateException} after {@link #close()}. In a thread that is interrupted
 * before or meanwhile, a verb either does all that it should or throws {@link OperationInterruptedException} and has
 * changed nothing, and the thread is interrupted afterwards in either case; beware that channels of {@code java.nio}
 * close when their thread is. A message names its object by its identity, and the one of {@link NotFoundException}
 * tells what there is instead.
 *
 * <p><b>In words.</b> {@code toString()} says what it is and where, such as {@code directory /srv/zvpg}: users see that
 * in a repository's status.
 *
 * <p>Implementations are thread-safe, and several processes may use the same storage at once: verbs on different
 * objects run side by side.
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
     * belong to another user than this JVM, and so may it every directory above that the storage made; what is put into
     * it is protected by modes of its own.
     *
     * @param volume its identity
     * @return the new volume, to be published
     * @throws AlreadyExistsException when the identity is taken
     */
    Draft create(VolumeId volume);

    /**
     * Makes a new volume that starts as a snapshot's image.
     *
     * @param snapshot what to start from
     * @param volume the new volume's identity
     * @param progress told about a copy's progress
     * @return the new volume, to be published
     * @throws NotFoundException when there is no such snapshot
     * @throws AlreadyExistsException when the identity is taken
     */
    Draft clone(SnapshotId snapshot, VolumeId volume, CopyProgress progress);

    /**
     * Makes an empty volume that is meant to be laid over a snapshot's image, whose files it then need not have. They
     * stay where they are until the draft ends, also when the snapshot is destroyed meanwhile: that is gone at once for
     * everybody else, and its files go after the last such draft.
     *
     * @param snapshot what it will be laid over
     * @param volume the new volume's identity
     * @return the new volume; empty where {@link #clone} costs no more. By default it is
     * @throws NotFoundException when there is no such snapshot
     * @throws AlreadyExistsException when the identity is taken
     */
    default Optional<OverlayDraft> overlay(SnapshotId snapshot, VolumeId volume) {
        return Optional.empty();
    }

    /**
     * Copies a volume's files one by one, for an image that the caller makes complete before it publishes it. A file
     * that vanishes meanwhile is left out. It is how a volume that is being written to gets its snapshots where the
     * storage does not have {@link StorageFeature#ATOMIC_SNAPSHOT}, which must override this then; one that has it need
     * not offer it. Files grow, shrink and change while they are read: any mixture of their old and new bytes will do.
     * What is written to the volume after this has returned is not in the image.
     *
     * @param volume what to take an image of
     * @param snapshot the image's identity
     * @param progress told about the copy's progress
     * @return the image, to be published as a snapshot
     * @throws NotFoundException when there is no such volume, or it is destroyed meanwhile, unless whoever destroys it
     *     is told that it is in use
     * @throws AlreadyExistsException when the identity is taken
     * @throws UnsupportedOperationException when the storage does not offer it
     */
    default Draft copy(VolumeId volume, SnapshotId snapshot, CopyProgress progress) {
        throw new UnsupportedOperationException(this + " takes its snapshots in one step");
    }

    /**
     * Takes an image of a volume, all or nothing. With {@link StorageFeature#ATOMIC_SNAPSHOT} the image is one instant
     * of the volume; without it nobody may write to the volume meanwhile, see {@link #copy}.
     *
     * @param volume what to take an image of
     * @param snapshot the image's identity
     * @param attributes its attributes
     * @param progress told about a copy's progress
     * @throws NotFoundException when there is no such volume
     * @throws AlreadyExistsException when the identity is taken
     */
    void snapshot(VolumeId volume, SnapshotId snapshot, Map<String, String> attributes, CopyProgress progress);

    /**
     * Changes attributes of several objects in one atomic step: nobody ever sees some of the changes without the
     * others.
     *
     * @param changes what to change; at most one change for each object
     * @throws NotFoundException when one of the objects does not exist; nothing is changed then
     */
    void update(List<AttributeChange> changes);

    /**
     * Destroys a volume, and changes attributes of others in the same atomic step. Its snapshots and what was cloned
     * from them stay. Succeeds also where no space is left, with all that changes in the same step. May be a draft, of whichever maker, where nothing else is
     * changed.
     *
     * @param volume what to destroy
     * @param inTheSameStep what to change; at most one change for each object, and none of the volume
     * @throws NotFoundException when there is no such volume, or one of the changed objects does not exist
     * @throws InUseException when a process keeps it busy and the storage cannot let go of it; the message says who
     */
    void destroy(VolumeId volume, List<AttributeChange> inTheSameStep);

    /**
     * Destroys a snapshot, and changes attributes of others in the same atomic step. Volumes cloned from it stay; space
     * they share with it returns when the last of them goes. Succeeds also where no space is left.
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
     * Lists everything that is the storage's own, drafts aside, at one moment.
     *
     * @return one consistent listing
     */
    Listing list();

    /**
     * Finds what lies in the storage's place and is not its own. It is never touched. What its own verbs have left is
     * not foreign, whatever part of that a power cut has spared.
     *
     * @return its names, as the storage writes them
     */
    List<String> foreign();

    /**
     * Lists the volumes that are drafts, of whichever maker.
     *
     * @return those that were there at one moment of the call
     */
    List<StoredDraft> drafts();

    /**
     * Where a volume's files are once they have been asked for: mounts nothing, and does not care whether there is such
     * a volume.
     *
     * @param volume the volume, which may be a draft
     * @return what {@link #directory(VolumeId)} returns
     */
    Path location(VolumeId volume);

    /**
     * Where a volume's files are, mounted if need be. The tree is the caller's to write.
     *
     * @param volume the volume, which may be a draft
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
     * Finds where a volume may differ from a snapshot's image: never less than where it does, and as little more as the
     * storage can tell. What is not told of has the same bytes in files of the same names. Links, modes and owners are
     * not looked at. What is written to the volume meanwhile may be told of or not.
     *
     * @param image the snapshot
     * @param volume the volume, which may be a draft
     * @return the parts of files that may differ
     * @throws NotFoundException when there is no such snapshot or no such volume
     */
    default Changes changes(SnapshotId image, VolumeId volume) {
        return PageComparison.of(directory(image), directory(volume));
    }

    /**
     * What sends and receives snapshots in a format of the storage's own.
     *
     * @return it; empty where trees are sent file by file. By default it is
     */
    default Optional<Streams> streams() {
        return Optional.empty();
    }

    /**
     * Removes what verbs that were cut off by a crash have left, and the drafts of the dead. What the living are in the
     * middle of is left alone, as are foreign things.
     *
     * @param mayGo asked for each volume that is an abandoned draft before it is removed: ends what may still work in
     *     it. It may take minutes and ask the storage, so nothing is locked meanwhile; what it throws is passed on. One
     *     for which it returns false, or which cannot be removed, stays for the next time
     */
    void recover(Predicate<VolumeId> mayGo);

    /** Releases what the storage holds open; destroys nothing. Idempotent. */
    @Override
    void close();
}
