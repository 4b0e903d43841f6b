package dev.zvpg.zfs.binding;

import dev.zvpg.error.StorageException;
import java.util.Locale;
import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.Encoding;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.byref.LongLongByReference;
import jnr.ffi.byref.NativeLongByReference;
import jnr.ffi.byref.PointerByReference;
import jnr.ffi.types.u_int64_t;
import org.jspecify.annotations.Nullable;

/**
 * The binding: the C functions under their C names, and their loading, each library when it is first needed. Nothing
 * here knows a rule; the classes that call these functions do.
 *
 * <p>Thread-safe.
 */
public final class Native {

    private static final String INSTALL =
            "install OpenZFS's libraries. Debian 12: libzfs4linux, later: libzfs6linux, both in the component contrib; "
                    + "Ubuntu: libzfs4linux, from 25.04 on libzfs6linux; "
                    + "Fedora, RHEL and their kin: libzfs5 (2.1: libzfs4) from OpenZFS's own repository; "
                    + "openSUSE: libzfs5; Arch: zfs-utils; Alpine: zfs-libs";

    private static @Nullable LibC libc;
    private static @Nullable LibNvpair nvpair;
    private static @Nullable LibZfsCore zfsCore;

    private Native() {}

    /** The system calls. */
    public static synchronized LibC libc() {
        LibC library = libc;
        if (library == null) {
            library = load(LibC.class, "c");
            libc = library;
        }
        return library;
    }

    /**
     * The list library.
     *
     * @throws StorageException when it cannot be loaded; the message says what to install
     */
    public static synchronized LibNvpair nvpair() {
        LibNvpair library = nvpair;
        if (library == null) {
            library = load(LibNvpair.class, "nvpair");
            nvpair = library;
        }
        return library;
    }

    /**
     * The ZFS library, not initialised.
     *
     * @throws StorageException when it cannot be loaded; the message says what to install
     */
    public static synchronized LibZfsCore zfsCore() {
        LibZfsCore library = zfsCore;
        if (library == null) {
            library = load(LibZfsCore.class, "zfs_core");
            zfsCore = library;
        }
        return library;
    }

    /** The error number that the last system call of this thread left behind. */
    public static int errno() {
        return LastError.getLastError(Runtime.getSystemRuntime());
    }

    /** {@code name} is as for a linker: {@code c} is {@code libc.so.6}. */
    public static <T> T load(Class<T> library, String name) {
        String system = System.getProperty("os.name", "unknown");
        if (!system.toLowerCase(Locale.ROOT).equals("linux")) {
            // the constants in LibC are Linux's
            throw new StorageException("load", "lib" + name, "ZFS storage needs Linux, this is " + system, null);
        }
        try {
            // without failImmediately an absent library is noticed at the first call, with a worse message;
            // the loader finds versioned names (libzfs_core.so.3), so no -dev package is needed
            return LibraryLoader.create(library).failImmediately().load(name);
        } catch (UnsatisfiedLinkError e) {
            throw new StorageException(
                    "load",
                    "lib" + name,
                    "it is not installed, or cannot be used (" + e.getMessage() + ")",
                    INSTALL,
                    e);
        }
    }

    /**
     * libzfs_core.so.3: the functions of {@code libzfs_core.h} that ZVPG needs, under their C names, in C order. Nobody
     * calls them but {@link Lzc} and {@link LzcStreams}, which keep their rules, because breaking one of these ends the process:
     *
     * <ul> <li>{@code libzfs_core_init} comes first and succeeds; {@code libzfs_core_fini} is never called, and so not
     * bound; <li>no name and no list is null, except {@code props}; <li>a name fits {@value #ZFS_MAX_DATASET_NAME_LEN}
     * bytes with its closing zero (a longer one is cut off silently, and the call acts on another dataset).
     * </ul>
     *
     * <p>Functions return an error number, see {@link ResultCode}; {@code lzc_exists} returns 1 for true.
     *
     * <p>Thread-safe.
     */
    @Encoding("UTF-8")
    public interface LibZfsCore {

        /** The size of the buffer for a name, its closing zero included: 256 bytes. From {@code sys/fs/zfs.h}. */
        int ZFS_MAX_DATASET_NAME_LEN = 256;

        /** {@code lzc_create}: a file system, not a volume. */
        int LZC_DATSET_TYPE_ZFS = 2;

        /**
         * {@code enum lzc_send_flags}: large and compressed blocks as they are, as {@code zfs send -Lc}. Never others: an
         * increment on top of a snapshot that was sent with other flags can damage files.
         */
        int LZC_SEND_FLAGS = 2 | 4;

        /** And embedded data, as {@code zfs send -e}, which damages nothing where it comes and goes. */
        int LZC_SEND_FLAG_EMBED_DATA = 1;

        int libzfs_core_init();

        int lzc_snapshot(@In Pointer snaps, @In @Nullable Pointer props, PointerByReference errlist);

        int lzc_create(
                @In String fsname, int type, @In @Nullable Pointer props, @In byte @Nullable [] wkeydata, int wkeylen);

        int lzc_clone(@In String fsname, @In String origin, @In @Nullable Pointer props);

        int lzc_promote(@In String fsname, @Out byte[] snapnamebuf, int snapnamelen);

        int lzc_destroy_snaps(@In Pointer snaps, int defer, PointerByReference errlist);

        int lzc_hold(@In Pointer holds, int cleanup_fd, PointerByReference errlist);

        int lzc_release(@In Pointer holds, PointerByReference errlist);

        int lzc_get_holds(@In String snapname, PointerByReference holdsp);

        int lzc_exists(@In String dataset);

        int lzc_rollback_to(@In String fsname, @In String snapname);

        int lzc_rename(@In String source, @In String target);

        int lzc_destroy(@In String fsname);

        int lzc_channel_program(
                @In String pool,
                @In String program,
                @u_int64_t long instrlimit,
                @u_int64_t long memlimit,
                @In Pointer argnvl,
                PointerByReference outnvl);

        int lzc_channel_program_nosync(
                @In String pool,
                @In String program,
                @u_int64_t long timeout,
                @u_int64_t long memlimit,
                @In Pointer argnvl,
                PointerByReference outnvl);

        int lzc_send_resume(
                @In String snapname,
                @In @Nullable String from,
                int fd,
                int flags,
                @u_int64_t long resumeobj,
                @u_int64_t long resumeoff);

        int lzc_send_space(@In String snapname, @In @Nullable String from, int flags, LongLongByReference spacep);

        int lzc_receive_resumable(
                @In String snapname,
                @In @Nullable Pointer props,
                @In @Nullable String origin,
                int force,
                int raw,
                int fd);

        int lzc_sync(@In String pool_name, @In Pointer innvl, @Nullable PointerByReference outnvl);
    }

    /**
     * libnvpair.so.3: the functions of {@code sys/nvpair.h} that {@link NvList} needs, under their C names, in C order.
     * Every one returns an error number. The {@code fnvlist_*} functions are left out on purpose: they end the process
     * on an error.
     *
     * <p>Thread-safe, but a list is not: two threads must not use one at the same time.
     */
    @Encoding("UTF-8")
    public interface LibNvpair {

        /** {@code nvlist_alloc}: names are unique, a second value replaces the first. */
        int NV_UNIQUE_NAME = 0x1;

        /** {@code nvlist_pack}: the encoding of RFC 4506, the same on every machine. */
        int NV_ENCODE_XDR = 1;

        int nvlist_alloc(PointerByReference nvlp, int nvflag, int kmflag);

        void nvlist_free(@In Pointer nvl);

        int nvlist_size(@In Pointer nvl, NativeLongByReference size, int encoding);

        int nvlist_pack(
                @In Pointer nvl, PointerByReference bufp, NativeLongByReference buflen, int encoding, int kmflag);

        int nvlist_add_boolean(@In Pointer nvl, @In String name);

        int nvlist_add_boolean_value(@In Pointer nvl, @In String name, int value);

        int nvlist_add_int8(@In Pointer nvl, @In String name, byte value);

        int nvlist_add_int16(@In Pointer nvl, @In String name, short value);

        int nvlist_add_int32(@In Pointer nvl, @In String name, int value);

        int nvlist_add_uint64(@In Pointer nvl, @In String name, long value);

        int nvlist_add_string(@In Pointer nvl, @In String name, @In String value);

        int nvlist_add_nvlist(@In Pointer nvl, @In String name, @In Pointer value);

        int nvlist_add_byte_array(@In Pointer nvl, @In String name, @In byte[] value, int nelem);

        int nvlist_add_int32_array(@In Pointer nvl, @In String name, @In int[] value, int nelem);

        int nvlist_add_uint64_array(@In Pointer nvl, @In String name, @In long[] value, int nelem);

        int nvlist_add_string_array(@In Pointer nvl, @In String name, @In Pointer[] value, int nelem);

        int nvlist_add_nvlist_array(@In Pointer nvl, @In String name, @In Pointer[] value, int nelem);
    }

    /**
     * The C library: the system calls that mount, and those that libzfs_core needs a file descriptor from. They return
     * -1 and leave an error number behind, which jnr keeps for the calling thread.
     *
     * <p>Constants are those of Linux on x86-64 and AArch64, from {@code sys/mount.h}, {@code linux/mount.h} and
     * {@code fcntl.h}.
     *
     * <p>Thread-safe.
     */
    @Encoding("UTF-8")
    public interface LibC {

        int MS_RDONLY = 1;
        int MS_NOSUID = 2;
        int MS_NODEV = 4;

        int MNT_DETACH = 2;
        int UMOUNT_NOFOLLOW = 8;

        int FSOPEN_CLOEXEC = 1;
        int FSCONFIG_SET_FLAG = 0;
        int FSCONFIG_SET_STRING = 1;
        int FSCONFIG_CMD_CREATE = 6;

        int O_RDWR = 2;
        int O_EXCL = 0x80;
        int O_CLOEXEC = 0x80000;

        int mount(@In String source, @In String target, @In String type, long flags, @In @Nullable String data);

        int umount2(@In String target, int flags);

        /**
         * The beginning of a mount that has no place yet. Linux 5.2, glibc 2.36; elsewhere the call is a link error.
         */
        int fsopen(@In String type, int flags);

        int fsconfig(int fd, int cmd, @In @Nullable String key, @In @Nullable String value, int aux);

        /**
         * open(2) takes a third argument only when it creates the file; on these machines both forms are called alike.
         */
        int open(@In String path, int flags);

        int close(int fd);

        int pipe2(@Out int[] pipefd, int flags);

        int syncfs(int fd);
    }
}
