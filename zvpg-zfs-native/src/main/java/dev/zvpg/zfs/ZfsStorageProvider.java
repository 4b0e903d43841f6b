package dev.zvpg.zfs;

import dev.zvpg.config.Configuration;
import dev.zvpg.config.StorageProvider;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.storage.Storage;
import java.nio.file.Path;

/**
 * The storage that a configuration with storage {@code zfs} means: dataset {@code zvpg} in its {@code zfsPool}, mounted
 * below its {@code mountDir}. For {@link java.util.ServiceLoader}.
 *
 * <p>Immutable, and so thread-safe.
 */
public final class ZfsStorageProvider implements StorageProvider {

    /** For the service loader. */
    public ZfsStorageProvider() {}

    @Override
    public String name() {
        return Configuration.ZFS;
    }

    @Override
    public Storage open(Configuration configuration) {
        String pool = configuration
                .zfsPool()
                .orElseThrow(() -> new ConfigurationException(
                        "storage zfs needs a zfsPool, and the configuration has none",
                        "allowed is the name of a ZFS pool"));
        Path mounts = configuration.mountDir().orElse(configuration.home());
        return ZfsStorage.dataset(pool + "/zvpg", options -> options.mountDirectory(mounts))
                .open();
    }
}
