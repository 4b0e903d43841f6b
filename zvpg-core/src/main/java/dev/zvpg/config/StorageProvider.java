package dev.zvpg.config;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.storage.Storage;

/**
 * Opens storages that a {@link Configuration} names. Found with {@link java.util.ServiceLoader}; code that has a
 * storage at hand passes it to {@link dev.zvpg.Zvpg#storage} and needs none of this.
 *
 * <p>Implementations are thread-safe.
 */
public interface StorageProvider {

    /**
     * Returns what {@link Configuration#storage()} is when this provider is meant.
     *
     * @return such as {@code zfs}
     */
    String name();

    /**
     * Opens the storage.
     *
     * @param configuration what to open
     * @return the open storage, to be closed by the caller
     * @throws ConfigurationException when something that the storage needs is missing in the configuration
     */
    Storage open(Configuration configuration);
}
