package dev.zvpg.zfs.binding;

import dev.zvpg.error.ZvpgException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import jnr.ffi.byref.LongLongByReference;
import org.jspecify.annotations.Nullable;

/**
 * What libzfs_core has for streams, as {@link Lzc} has the rest. One snapshot of one dataset a stream, with no properties
 * in it and none of those that the receiver has changed: it is always received as a new dataset.
 *
 * <p>Thread-safe.
 */
public final class LzcStreams {

    private static final Set<ResultCode> UNKNOWN = EnumSet.of(
            ResultCode.ENOTSUP,
            ResultCode.ZFS_ERR_UNKNOWN_SEND_STREAM_FEATURE,
            ResultCode.ZFS_ERR_CRYPTO_NOTSUP,
            ResultCode.ZFS_ERR_STREAM_LARGE_BLOCK_MISMATCH,
            ResultCode.ZFS_ERR_STREAM_LARGE_MICROZAP);

    private static final Set<ResultCode> FINAL = EnumSet.of(
            ResultCode.EINVAL,
            ResultCode.EBADE,
            ResultCode.EIO,
            ResultCode.ENODEV,
            ResultCode.ENOENT,
            ResultCode.ENOSPC,
            ResultCode.EDQUOT,
            ResultCode.ZFS_ERR_STREAM_TRUNCATED);

    private final Native.LibZfsCore lib;
    private final int flags;

    private LzcStreams(Native.LibZfsCore lib, int flags) {
        this.lib = lib;
        this.flags = flags;
    }

    public static LzcStreams of(Lzc lzc) {
        return new LzcStreams(lzc.lib(), Native.LibZfsCore.LZC_SEND_FLAGS | Native.LibZfsCore.LZC_SEND_FLAG_EMBED_DATA);
    }

    /** The same, but small blocks are sent like others: whoever encrypts them can take them so only. */
    public LzcStreams withoutEmbedded() {
        return new LzcStreams(lib, Native.LibZfsCore.LZC_SEND_FLAGS);
    }

    /**
     * Estimates how large a stream is, in bytes; empty where the snapshot does not follow the one that it would be sent
     * on top of.
     */
    public OptionalLong size(String snapshot, Optional<String> from) {
        LongLongByReference size = new LongLongByReference();
        int code = lib.lzc_send_space(Lzc.name(snapshot), from(from), flags, size);
        if (code == ResultCode.EXDEV.number()) {
            return OptionalLong.empty();
        }
        ResultCode.check(code, "estimate the stream of", snapshot);
        return OptionalLong.of(size.longValue());
    }

    /**
     * Writes a snapshot into a pipe, or what is left of it. Returns when all is written, or the other end is closed,
     * which is an exception.
     */
    public void send(String snapshot, Optional<String> from, long object, long offset, int fd) {
        ResultCode.check(
                lib.lzc_send_resume(Lzc.name(snapshot), from(from), fd, flags, object, offset), "send", snapshot);
    }

    private static @Nullable String from(Optional<String> from) {
        return from.map(Lzc::name).orElse(null);
    }

    /**
     * Reads a snapshot from a pipe into a new dataset, or what is left of it into one that has the rest. What has come
     * is kept when the pipe ends too early.
     *
     * @param origin the snapshot that it was sent on top of
     * @param properties those that the new dataset gets before the first of the data
     * @return 0, or the number of what went wrong
     */
    public int receive(String snapshot, Optional<String> origin, Map<String, ?> properties, int fd) {
        try (NvList list = NvList.of(properties)) {
            // none at all are none, and with no names they would take away those that were received before
            return lib.lzc_receive_resumable(
                    Lzc.name(snapshot), properties.isEmpty() ? null : list.pointer(), from(origin), 0, 0, fd);
        }
    }

    /** Whether it says that what came cannot be used, or that there is no room for it; else it may be tried again. */
    public static boolean isFinal(int code) {
        return FINAL.contains(ResultCode.of(code).orElse(ResultCode.EINTR));
    }

    /** Whether it says that this kernel does not know such a stream. */
    public static boolean isUnknown(int code) {
        return UNKNOWN.contains(ResultCode.of(code).orElse(ResultCode.EINTR));
    }

    /** What went wrong with a receipt. Some numbers mean something else here than everywhere else. */
    public static ZvpgException failure(int code, String snapshot) {
        ResultCode known = ResultCode.of(code).orElse(ResultCode.ECHRNG);
        String verb = "receive";
        return switch (known) {
            case ENODEV ->
                known.exception(
                        verb,
                        snapshot,
                        "what it was sent on top of is not the same here",
                        "fetch or push again; verify tells whether a snapshot is damaged");
            case EINVAL, EBADE, EIO, ZFS_ERR_STREAM_TRUNCATED ->
                known.exception(verb, snapshot, "what came is no stream of ZFS, or is damaged", "try again");
            case ENOENT ->
                known.exception(verb, snapshot, "what it was sent on top of was destroyed meanwhile", "try again");
            default -> ResultCode.exception(code, verb, snapshot);
        };
    }
}
