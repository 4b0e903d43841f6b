package dev.zvpg.storage;

import dev.zvpg.directory.DirectoryStorage;

/**
 * Says where a storage is and how to use it, such as {@link DirectoryStorage#at}. A description holds nothing that must
 * be closed: whoever opens it closes what it got.
 *
 * <p>Thread-safe.
 */
@FunctionalInterface
public interface StorageDescription {

    /**
     * Opens the storage, once more at every call.
     *
     * @return the open storage, to be closed by the caller
     * @throws dev.zvpg.error.ZvpgException when it cannot be opened; what was described says why
     */
    Storage open();
}
