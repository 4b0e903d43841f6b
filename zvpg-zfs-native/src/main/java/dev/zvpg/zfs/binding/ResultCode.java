package dev.zvpg.zfs.binding;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.error.PermissionException;
import dev.zvpg.error.StorageException;
import dev.zvpg.error.ZvpgException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The one table from an error number to an exception: Linux's numbers as ZFS uses them ({@code asm-generic/errno.h}),
 * and ZFS's own from 1024 on ({@code zfs_errno_t} in {@code sys/fs/zfs.h}; numbers never change, new ones are appended;
 * this has all of OpenZFS 2.0 … 2.4).
 *
 * <p>Immutable.
 */
public enum ResultCode {
    EPERM(1, Kind.PERMISSION, "not permitted", "run as root, or with the capability CAP_SYS_ADMIN"),
    ENOENT(2, Kind.NOT_FOUND, "it, or a parent of it, does not exist"),
    ESRCH(3, Kind.OTHER, "no such object"),
    EINTR(4, Kind.OTHER, "interrupted by a signal", "try again"),
    EIO(5, Kind.OTHER, "input/output error", "look at zpool status"),
    ENXIO(6, Kind.OTHER, "no such device, or the pool cannot be opened", "look at zpool status"),
    E2BIG(7, Kind.OTHER, "a value is too long"),
    EBADF(9, Kind.OTHER, "not a file descriptor of /dev/zfs"),
    EAGAIN(11, Kind.OTHER, "the pool is suspended after input/output errors", "look at zpool status, then zpool clear"),
    ENOMEM(12, Kind.OTHER, "out of memory"),
    EACCES(13, Kind.PERMISSION, "access denied", "run as root, or load the encryption key"),
    EFAULT(14, Kind.OTHER, "bad address: module and library of ZFS disagree", "use the same version of both"),
    EBUSY(16, Kind.IN_USE, "it is in use: mounted, held, or cloned"),
    EEXIST(17, Kind.ALREADY_EXISTS, "it exists already, or has children or clones"),
    EXDEV(18, Kind.OTHER, "both must be in the same pool, and a snapshot in the same file system"),
    ENODEV(19, Kind.OTHER, "the ZFS kernel module is not loaded", "load it with modprobe zfs"),
    ENOTDIR(20, Kind.OTHER, "not a directory"),
    EINVAL(22, Kind.OTHER, "not a valid name, property or combination"),
    ENOTTY(25, Kind.OTHER, "module and library of ZFS disagree", "use the same version of both"),
    ETXTBSY(26, Kind.IN_USE, "it is busy with another operation", "try again"),
    ENOSPC(28, Kind.OUT_OF_SPACE, "the pool is full", "destroy something, or add space"),
    EROFS(30, Kind.OTHER, "the pool is read-only", "export it and import it for writing"),
    EPIPE(32, Kind.OTHER, "the other end of the stream is gone"),
    ERANGE(34, Kind.OTHER, "a value is out of range"),
    ENAMETOOLONG(36, Kind.OTHER, "the name is too long: with its path, ZFS allows 255 bytes"),
    ENOTEMPTY(39, Kind.ALREADY_EXISTS, "it is not empty"),
    ELOOP(40, Kind.OTHER, "too many symbolic links"),
    ECHRNG(44, Kind.OTHER, "the channel program failed"),
    EBADE(52, Kind.OTHER, "a checksum does not match (ECKSUM)", "look at zpool status"),
    EBADR(53, Kind.OTHER, "too fragmented (EFRAGS)"),
    ETIME(62, Kind.OTHER, "the channel program ran into its instruction limit"),
    EOVERFLOW(75, Kind.OTHER, "a number is too large"),
    ENOTSUP(95, Kind.OTHER, "the pool or the ZFS module does not support this", "a newer one, or zpool upgrade, may"),
    EALREADY(114, Kind.OTHER, "already under way"),
    EDQUOT(122, Kind.OUT_OF_SPACE, "the dataset's quota is used up", "raise it, or destroy something"),
    ECANCELED(125, Kind.OTHER, "cancelled"),

    ZFS_ERR_CHECKPOINT_EXISTS(1024, Kind.OTHER, "the pool has a checkpoint", "discard it first"),
    ZFS_ERR_DISCARDING_CHECKPOINT(1025, Kind.OTHER, "the pool's checkpoint is being discarded", "wait for it"),
    ZFS_ERR_NO_CHECKPOINT(1026, Kind.OTHER, "the pool has no checkpoint"),
    ZFS_ERR_DEVRM_IN_PROGRESS(1027, Kind.OTHER, "a device is being removed from the pool", "wait for it"),
    ZFS_ERR_VDEV_TOO_BIG(1028, Kind.OTHER, "a device is too big for this"),
    ZFS_ERR_IOC_CMD_UNAVAIL(
            1029,
            Kind.OTHER,
            "the loaded ZFS module does not know this operation",
            "it is older than the library: load the module of the same version"),
    ZFS_ERR_IOC_ARG_UNAVAIL(
            1030,
            Kind.OTHER,
            "the loaded ZFS module does not know an argument",
            "it is older than the library: load the module of the same version"),
    ZFS_ERR_IOC_ARG_REQUIRED(
            1031,
            Kind.OTHER,
            "the loaded ZFS module wants an argument more",
            "it is newer than the library: install the library of the same version"),
    ZFS_ERR_IOC_ARG_BADTYPE(
            1032,
            Kind.OTHER,
            "an argument has another type in the loaded ZFS module",
            "use the same version of module and library"),
    ZFS_ERR_WRONG_PARENT(1033, Kind.OTHER, "the parent is not a file system"),
    ZFS_ERR_FROM_IVSET_GUID_MISSING(1034, Kind.OTHER, "the stream's origin lacks an IV set"),
    ZFS_ERR_FROM_IVSET_GUID_MISMATCH(1035, Kind.OTHER, "the stream's origin has another IV set"),
    ZFS_ERR_SPILL_BLOCK_FLAG_MISSING(1036, Kind.OTHER, "the stream lacks its spill block flag"),
    ZFS_ERR_UNKNOWN_SEND_STREAM_FEATURE(1037, Kind.OTHER, "the stream has a feature that this ZFS does not know"),
    ZFS_ERR_EXPORT_IN_PROGRESS(1038, Kind.IN_USE, "the pool is being exported"),
    ZFS_ERR_BOOKMARK_SOURCE_NOT_ANCESTOR(1039, Kind.OTHER, "the bookmark's source is not an ancestor"),
    ZFS_ERR_STREAM_TRUNCATED(1040, Kind.OTHER, "the stream ends too early"),
    ZFS_ERR_STREAM_LARGE_BLOCK_MISMATCH(1041, Kind.OTHER, "the streams differ in large blocks"),
    ZFS_ERR_RESILVER_IN_PROGRESS(1042, Kind.OTHER, "the pool is being resilvered", "wait for it"),
    ZFS_ERR_REBUILD_IN_PROGRESS(1043, Kind.OTHER, "a device of the pool is being rebuilt", "wait for it"),
    ZFS_ERR_BADPROP(1044, Kind.OTHER, "not a valid property or value"),
    ZFS_ERR_VDEV_NOTSUP(1045, Kind.OTHER, "the pool's device does not support this"),
    ZFS_ERR_NOT_USER_NAMESPACE(1046, Kind.OTHER, "not a user namespace"),
    ZFS_ERR_RESUME_EXISTS(1047, Kind.OTHER, "a receive of it can be resumed", "resume it, or discard its state"),
    ZFS_ERR_CRYPTO_NOTSUP(1048, Kind.OTHER, "not possible on an encrypted dataset"),
    ZFS_ERR_RAIDZ_EXPAND_IN_PROGRESS(1049, Kind.OTHER, "the pool's RAID-Z is being expanded", "wait for it"),
    ZFS_ERR_ASHIFT_MISMATCH(1050, Kind.OTHER, "the devices differ in their sector size"),
    ZFS_ERR_STREAM_LARGE_MICROZAP(1051, Kind.OTHER, "the stream needs large blocks"),
    ZFS_ERR_TOO_MANY_SITOUTS(1052, Kind.OTHER, "too many devices of the pool sit out"),
    ZFS_ERR_NO_USER_NS_SUPPORT(1053, Kind.OTHER, "the kernel lacks user namespaces");

    private static final Map<Integer, ResultCode> BY_NUMBER =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(ResultCode::number, Function.identity()));

    private final int number;
    private final Kind kind;
    private final String meaning;

    private final @Nullable String advice;

    ResultCode(int number, Kind kind, String meaning) {
        this(number, kind, meaning, null);
    }

    ResultCode(int number, Kind kind, String meaning, @Nullable String advice) {
        this.number = number;
        this.kind = kind;
        this.meaning = meaning;
        this.advice = advice;
    }

    public int number() {
        return number;
    }

    public static Optional<ResultCode> of(int number) {
        return Optional.ofNullable(BY_NUMBER.get(number));
    }

    /**
     * Does nothing for 0, and throws for every other number.
     *
     * @param number what a C function returned
     * @param operation what it was to do, as a verb
     * @param target to what
     */
    public static void check(int number, String operation, String target) {
        if (number != 0) {
            throw exception(number, operation, target);
        }
    }

    /** The exception for a number; the message is {@code cannot OPERATION TARGET: MEANING (NAME)}. */
    public static ZvpgException exception(int number, String operation, String target) {
        return of(number)
                .map(code -> code.exception(operation, target, code.meaning, code.advice))
                .orElseGet(() -> new StorageException(
                        operation,
                        target,
                        "error " + number + ", which this version of ZVPG does not know; the ZFS module may be newer",
                        null));
    }

    /** As {@link #exception(int, String, String)}, for a caller that knows better what this number means here. */
    public ZvpgException exception(String operation, String target, String reason, @Nullable String advice) {
        StorageException other = new StorageException(operation, target, reason + " (" + name() + ")", advice, null);
        String problem = other.problem();
        return switch (kind) {
            case NOT_FOUND -> new NotFoundException(problem, advice);
            case ALREADY_EXISTS -> new AlreadyExistsException(problem, advice);
            case IN_USE -> new InUseException(problem, advice);
            case OUT_OF_SPACE -> new OutOfSpaceException(problem, advice);
            case PERMISSION -> new PermissionException(problem, advice);
            case OTHER -> other;
        };
    }

    /** Which exception a number becomes. */
    private enum Kind {
        NOT_FOUND,
        ALREADY_EXISTS,
        IN_USE,
        OUT_OF_SPACE,
        PERMISSION,
        OTHER
    }
}
