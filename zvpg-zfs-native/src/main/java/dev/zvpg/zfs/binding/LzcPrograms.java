package dev.zvpg.zfs.binding;

import dev.zvpg.error.StorageException;
import java.util.Map;
import java.util.function.BiFunction;
import jnr.ffi.Pointer;
import jnr.ffi.byref.PointerByReference;
import org.jspecify.annotations.Nullable;

/**
 * What libzfs_core has for channel programs, as {@link Lzc} has the rest: what the kernel runs for its callers, with
 * limits, interrupts and numbers of errors of its own.
 *
 * <p>Thread-safe.
 */
public final class LzcPrograms {

    /** The most that ZFS grants unless its administrator says otherwise: 100 million Lua instructions. */
    public static final long MAX_INSTRUCTIONS = 100_000_000;

    /** The most that ZFS grants unless its administrator says otherwise: 100 MiB. */
    public static final long MAX_MEMORY_BYTES = 100L * 1024 * 1024;

    private final Native.LibZfsCore lib;

    private LzcPrograms(Native.LibZfsCore lib) {
        this.lib = lib;
    }

    public static LzcPrograms of(Lzc lzc) {
        return new LzcPrograms(lzc.lib());
    }

    /**
     * Runs a channel program: Lua in the kernel, atomic, in one transaction group. Root only.
     *
     * <p>A program must not call {@code zfs.list.children} or {@code zfs.list.snapshots} with a dataset whose name has
     * 255 bytes, the longest allowed: the kernel appends a separator, fails its own assertion
     * ({@code zcp_children_iter} in {@code zcp_iter.c}, ZFS 2.1 and later) and the whole pool hangs until the machine
     * is restarted. Such a dataset has no room for children or snapshots, so {@code if #name < 255} loses nothing.
     *
     * <p>A signal to this thread cancels a program, at some hundredth instruction of one of its coroutines, and what it
     * has changed by then stays. It is run again, so a program must be fit for that.
     *
     * @param pool the pool that the program may read and change
     * @param program Lua; its arguments are {@code ...}
     * @param arguments a name to a string, number, truth, map or array
     * @return what the program returned: a {@code String}, {@code Long}, {@code Boolean} or {@code Map}; null for
     *     nothing
     */
    @Nullable
    public Object run(String pool, String program, Map<String, ?> arguments) {
        return program(
                pool,
                arguments,
                (list, result) -> lib.lzc_channel_program(
                        Lzc.name(pool), program, MAX_INSTRUCTIONS, MAX_MEMORY_BYTES, list, result));
    }

    /** As {@link #run}, for a program that only reads: it waits for no transaction group. */
    @Nullable
    public Object read(String pool, String program, Map<String, ?> arguments) {
        return program(
                pool,
                arguments,
                (list, result) -> lib.lzc_channel_program_nosync(
                        Lzc.name(pool), program, MAX_INSTRUCTIONS, MAX_MEMORY_BYTES, list, result));
    }

    private @Nullable Object program(
            String pool, Map<String, ?> arguments, BiFunction<Pointer, PointerByReference, Integer> call) {
        while (true) {
            PointerByReference result = new PointerByReference();
            int code;
            try (NvList list = NvList.of(arguments)) {
                code = call.apply(list.pointer(), result);
            }
            try (NvList list = NvList.adopt(result)) {
                Map<String, Object> answer = list.toMap();
                if (code == 0) {
                    return answer.get("return");
                }
                if (code != ResultCode.EINTR.number()) {
                    throw programFailed(code, pool, answer.get("error"));
                }
            }
        }
    }

    /** Some numbers mean something else here than everywhere else: a program's memory is not the pool's space. */
    private static RuntimeException programFailed(int code, String pool, @Nullable Object error) {
        String operation = "run a channel program on";
        return switch (ResultCode.of(code).orElse(ResultCode.ECHRNG)) {
            case ENOSPC -> new StorageException(operation, pool, "it ran into its memory limit (ENOSPC)", null);
            case ENOMEM -> new StorageException(operation, pool, "its result is too large (ENOMEM)", null);
            case EINVAL, ECHRNG ->
                error == null
                        ? ResultCode.exception(code, operation, pool)
                        : new StorageException(operation, pool, error + " (error " + code + ")", null);
            case EPERM ->
                ResultCode.EPERM.exception(
                        operation,
                        pool,
                        "ZFS lets only root do that",
                        "run as root, or with the capability CAP_SYS_ADMIN (which mounting "
                                + "needs as well; zfs allow does not help here)");
            default -> ResultCode.exception(code, operation, pool);
        };
    }
}
