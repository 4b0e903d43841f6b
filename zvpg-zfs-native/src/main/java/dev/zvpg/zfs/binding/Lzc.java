package dev.zvpg.zfs.binding;

import dev.zvpg.error.PermissionException;
import dev.zvpg.error.StorageException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import jnr.ffi.Pointer;
import jnr.ffi.byref.PointerByReference;
import org.jspecify.annotations.Nullable;

/**
 * libzfs_core with Java's types and exceptions. Each method is one call, which the kernel carries out wholly or not at
 * all; every number that comes back goes through {@link ResultCode}. Datasets and snapshots go by their full names,
 * {@code pool/path} and {@code pool/path@snapshot}.
 *
 * <p>Property maps: a user property ({@code zvpg:message}) is a {@code String} of at most 8,191 bytes, a native number
 * or index property ({@code recordsize}, {@code canmount}) is a {@code Long}.
 *
 * <p>Thread-safe.
 */
public final class Lzc {

    private static @Nullable Lzc instance;

    private final Native.LibZfsCore lib;

    private Lzc(Native.LibZfsCore lib) {
        this.lib = lib;
    }

    /**
     * The library, loaded and initialised. There is one for the process, and nothing to close: the kernel drops what it
     * holds when the process ends. A failure is not remembered, so that a module loaded later is found.
     *
     * @throws StorageException when the library is not installed, or the kernel module is not loaded
     * @throws PermissionException when this user may not open {@code /dev/zfs}
     */
    public static synchronized Lzc open() {
        Lzc open = instance;
        if (open == null) {
            Native.LibZfsCore lib = Native.zfsCore();
            Native.nvpair();
            KernelModule.check(lib.libzfs_core_init());
            open = new Lzc(lib);
            instance = open;
        }
        return open;
    }

    Native.LibZfsCore lib() {
        return lib;
    }

    /**
     * Takes snapshots of several datasets of one pool at one instant, with the same user properties. When this returns
     * they are on disk; a power cut before leaves all or none.
     */
    public void snapshot(Collection<String> snapshots, Map<String, String> userProperties) {
        callForEach("snapshot", flags(snapshots), (list, errors) -> {
            try (NvList properties = NvList.of(userProperties)) {
                return lib.lzc_snapshot(list, properties.pointer(), errors);
            }
        });
    }

    /** Creates a file system. Its parent must exist. */
    public void create(String dataset, Map<String, ?> properties) {
        try (NvList list = NvList.of(properties)) {
            ResultCode.check(
                    lib.lzc_create(name(dataset), Native.LibZfsCore.LZC_DATSET_TYPE_ZFS, list.pointer(), null, 0),
                    "create",
                    dataset);
        }
    }

    /**
     * Clones a snapshot. The kernel sets the properties after the clone exists: a power cut in between leaves a clone
     * without them.
     */
    public void clone(String origin, String dataset, Map<String, ?> properties) {
        try (NvList list = NvList.of(properties)) {
            ResultCode.check(
                    lib.lzc_clone(name(dataset), name(origin), list.pointer()), "clone", origin + " to " + dataset);
        }
    }

    /** Makes a clone the parent of its origin's dataset; the snapshots up to the origin move to it. */
    public void promote(String dataset) {
        byte[] clash = new byte[Native.LibZfsCore.ZFS_MAX_DATASET_NAME_LEN];
        int code = lib.lzc_promote(name(dataset), clash, clash.length);
        if (code == ResultCode.EEXIST.number()) {
            throw ResultCode.EEXIST.exception(
                    "promote", dataset, "both it and its origin's dataset have a snapshot " + text(clash), null);
        }
        ResultCode.check(code, "promote", dataset);
    }

    /**
     * Destroys snapshots of one pool, all or none; one that does not exist is no error.
     *
     * @param defer whether one with clones or holds goes by itself when the last of those goes; if not, it is an error
     */
    public void destroySnapshots(Collection<String> snapshots, boolean defer) {
        callForEach("destroy", flags(snapshots), (list, errors) -> lib.lzc_destroy_snaps(list, defer ? 1 : 0, errors));
    }

    /**
     * Keeps snapshots of one pool from being destroyed.
     *
     * @param tags a snapshot's name to the name of the hold
     * @param cleanup dropped by the kernel with this, or never when null
     */
    public void hold(Map<String, String> tags, @Nullable CleanupHandle cleanup) {
        tags.keySet().forEach(Lzc::name);
        callForEach("hold", tags, (list, errors) -> lib.lzc_hold(list, cleanup == null ? -1 : cleanup.fd(), errors));
    }

    /** Releases holds on one pool's snapshots: a snapshot's name to the names of its holds. */
    public void release(Map<String, ? extends Collection<String>> tags) {
        Map<String, Object> holds = new LinkedHashMap<>();
        tags.forEach((snapshot, names) -> holds.put(name(snapshot), flagged(names)));
        callForEach("release", holds, lib::lzc_release);
    }

    /** Who holds a snapshot: the names of the holds, and when they were made. */
    public Map<String, Instant> holds(String snapshot) {
        PointerByReference result = new PointerByReference();
        int code = lib.lzc_get_holds(name(snapshot), result);
        try (NvList list = NvList.adopt(result)) {
            ResultCode.check(code, "list the holds of", snapshot);
            Map<String, Instant> holds = new TreeMap<>();
            list.toMap().forEach((tag, time) -> holds.put(tag, Instant.ofEpochSecond((Long) time)));
            return holds;
        }
    }

    /** Whether a dataset or a snapshot exists. */
    public boolean exists(String dataset) {
        return lib.lzc_exists(name(dataset)) != 0;
    }

    /** Throws away what was written since a snapshot, which must be the dataset's latest. */
    public void rollback(String dataset, String snapshot) {
        ResultCode.check(lib.lzc_rollback_to(name(dataset), name(snapshot)), "roll back", dataset + " to " + snapshot);
    }

    /** Renames a dataset within its pool, with everything below it; mounts stay where they are. */
    public void rename(String dataset, String to) {
        ResultCode.check(lib.lzc_rename(name(dataset), name(to)), "rename", dataset + " to " + to);
    }

    /** Destroys a file system that has no snapshots and no children and is not mounted. */
    public void destroy(String dataset) {
        ResultCode.check(lib.lzc_destroy(name(dataset)), "destroy", dataset);
    }

    /** Waits until everything that a pool was told before is on disk. */
    public void sync(String pool) {
        // older modules want to be told that the sync is not to be forced
        try (NvList list = NvList.of(Map.of("force", false))) {
            ResultCode.check(lib.lzc_sync(name(pool), list.pointer(), null), "sync", pool);
        }
    }

    /** A call that takes many objects and lists those that failed, each with its own number. */
    private static void callForEach(
            String operation, Map<String, ?> objects, BiFunction<Pointer, PointerByReference, Integer> call) {
        if (objects.isEmpty()) {
            return;
        }
        PointerByReference errors = new PointerByReference();
        int code;
        try (NvList list = NvList.of(objects)) {
            code = call.apply(list.pointer(), errors);
        }
        try (NvList list = NvList.adopt(errors)) {
            list.toMap().forEach((object, number) -> {
                if (number instanceof Integer n) {
                    ResultCode.check(n, operation, object);
                }
            });
        }
        ResultCode.check(code, operation, String.join(", ", objects.keySet()));
    }

    private static Map<String, Object> flags(Collection<String> names) {
        names.forEach(Lzc::name);
        return flagged(names);
    }

    private static Map<String, Object> flagged(Collection<String> names) {
        Map<String, Object> flags = new LinkedHashMap<>();
        names.forEach(name -> flags.put(name, Flag.SET));
        return flags;
    }

    /** The library cuts a longer name off without a word, and the call would act on another dataset. */
    public static String name(String name) {
        if (name.isEmpty() || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("not a name of a dataset: '" + name.replace('\0', '?') + "'");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length >= Native.LibZfsCore.ZFS_MAX_DATASET_NAME_LEN) {
            throw ResultCode.exception(ResultCode.ENAMETOOLONG.number(), "use", name);
        }
        return name;
    }

    private static String text(byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }
}
