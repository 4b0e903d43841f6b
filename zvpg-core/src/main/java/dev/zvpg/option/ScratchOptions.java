package dev.zvpg.option;

import java.util.Map;
import java.util.TreeMap;

/**
 * How the server of a scratch clone runs. Handed to a lambda that returns a changed copy:
 * {@code v1.scratch(o -> o.setting("work_mem", "64MB"))}.
 *
 * <p>Immutable.
 */
public final class ScratchOptions {

    /** The most memory for what one scratch clone writes, unless it is told otherwise: 1 GB. */
    public static final long DEFAULT_MEMORY_BYTES = 1L << 30;

    /**
     * The default: starts fast, takes little memory, and never waits for a disk. What that sets is the launcher's to
     * say; for PostgreSQL it is listed at {@code Postgres.leanSettings}.
     */
    public static final ScratchOptions LEAN = new ScratchOptions(true, Map.of(), true, DEFAULT_MEMORY_BYTES);

    /** The cluster's own settings, as a named clone would have them: for tests of what the lean ones switch off. */
    public static final ScratchOptions FAITHFUL = new ScratchOptions(false, Map.of(), true, DEFAULT_MEMORY_BYTES);

    private final boolean lean;
    private final Map<String, String> settings;
    private final boolean overlay;
    private final long memoryBytes;

    private ScratchOptions(boolean lean, Map<String, String> settings, boolean overlay, long memoryBytes) {
        this.settings = Map.copyOf(settings);
        this.lean = lean;
        this.overlay = overlay;
        this.memoryBytes = memoryBytes;
    }

    /**
     * Returns whether it runs with the {@linkplain dev.zvpg.server.ServerLauncher#leanSettings lean settings}.
     *
     * @return the choice, or its default
     */
    public boolean lean() {
        return lean;
    }

    /**
     * Returns server settings that win over the cluster's own, and over the lean ones.
     *
     * @return the choice, or its default
     */
    public Map<String, String> settings() {
        return settings;
    }

    /**
     * Returns whether it is laid over its snapshot where the storage does not clone in constant time.
     *
     * @return the choice, or its default
     */
    public boolean overlay() {
        return overlay;
    }

    /**
     * Returns the most memory for what an overlay writes, in bytes; 0 when that is kept on the storage's disk.
     *
     * @return the choice, or its default
     */
    public long memory() {
        return memoryBytes;
    }

    /**
     * Runs with the lean settings, or without.
     *
     * @param lean false for the cluster's own
     * @return a copy
     */
    public ScratchOptions lean(boolean lean) {
        return new ScratchOptions(lean, settings, overlay, memoryBytes);
    }

    /**
     * Runs with this setting.
     *
     * @param name a setting of the server, such as {@code work_mem}
     * @param value its value, as the server's configuration file would have it, without quotes
     * @return a copy
     */
    public ScratchOptions setting(String name, String value) {
        Map<String, String> more = new TreeMap<>(settings);
        more.put(name, value);
        return new ScratchOptions(lean, more, overlay, memoryBytes);
    }

    /**
     * Lays it over its snapshot where the storage does not clone in constant time, or copies all files. The copy is the
     * better choice where most of a large database is read or written: PostgreSQL opens what it reads for writing too,
     * and on the first time the overlay copies that file, at most 1 GB, as a whole.
     *
     * @param overlay false for a copy
     * @return a copy of these options
     */
    public ScratchOptions overlay(boolean overlay) {
        return new ScratchOptions(lean, settings, overlay, memoryBytes);
    }

    /**
     * Bounds the memory for what an overlay writes. It is taken as it is needed, and only where the snapshot is no larger
     * than a quarter of it and the machine (or the container) has twice as much available; else what is written is kept
     * on the storage's disk. When it is used up, PostgreSQL fails with "No space left on device".
     *
     * @param bytes the most, {@value #DEFAULT_MEMORY_BYTES} by default; 0 for the disk
     * @return a copy
     */
    public ScratchOptions memory(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("there is no memory of " + bytes + " bytes; 0 stands for the disk");
        }
        return new ScratchOptions(lean, settings, overlay, bytes);
    }

    @Override
    public String toString() {
        return "ScratchOptions[lean=" + lean + ", settings=" + settings + ", overlay=" + overlay + ", memory="
                + memoryBytes + "]";
    }
}
