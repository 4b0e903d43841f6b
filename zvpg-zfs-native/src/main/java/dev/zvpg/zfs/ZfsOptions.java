package dev.zvpg.zfs;

import dev.zvpg.error.ConfigurationException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a {@link ZfsStorage} is set up. Handed to a lambda that returns a changed copy:
 * {@code ZfsStorage.dataset("tank/zvpg", o -> o.property("compression", "zstd"))}.
 *
 * <p>Immutable.
 *
 * @param mountDirectory where volumes and snapshots are mounted; absolute. It tells which volumes are being made, until
 *     the machine is started the next time; so all processes that use a dataset name the same directory, and containers
 *     share it
 * @param properties the properties that the storage's dataset is created with, by their names in zfsprops(7). A dataset
 *     that exists already keeps its own
 */
public record ZfsOptions(Path mountDirectory, Map<String, String> properties) {

    /** Copies the properties, and checks that all of them are known. */
    public ZfsOptions {
        mountDirectory = mountDirectory.toAbsolutePath().normalize();
        properties = Map.copyOf(properties);
        Properties.encode(properties);
    }

    /**
     * The options of a storage that says nothing: mounted below {@code /run/zvpg}, which is empty after each start of
     * the machine; {@code recordsize=16K}, two of PostgreSQL's pages; {@code compression=lz4}, {@code atime=off},
     * {@code xattr=sa}, {@code logbias=latency}; and nobody else mounts its datasets.
     *
     * @param dataset the storage's dataset
     * @return the options
     */
    static ZfsOptions defaults(String dataset) {
        return new ZfsOptions(
                Path.of("/run/zvpg").resolve(dataset),
                Map.of("recordsize", "16K", "compression", "lz4", "atime", "off", "xattr", "sa", "logbias", "latency"));
    }

    /**
     * Mounts somewhere else. The user that a server runs as must be able to search every directory above.
     *
     * @param directory where to mount; made when it is missing
     * @return a copy
     */
    public ZfsOptions mountDirectory(Path directory) {
        return new ZfsOptions(directory, properties);
    }

    /**
     * Creates the storage's dataset with this property, which volumes inherit.
     *
     * @param name such as {@code compression}
     * @param value such as {@code zstd}, or {@code 128K} for a size
     * @return a copy
     * @throws ConfigurationException when the name or the value is not known here; what ZVPG does not know can be set
     *     on a dataset that is made with {@code zfs create} before
     */
    public ZfsOptions property(String name, String value) {
        Map<String, String> more = new TreeMap<>(properties);
        more.put(name, value);
        return new ZfsOptions(mountDirectory, more);
    }
}
