package dev.zvpg.config;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.server.ServerLauncher;
import dev.zvpg.storage.Storage;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** Finds, on the class path or the module path, what a configuration names. Thread-safe. */
final class Providers {

    private Providers() {}

    /** The names that {@link Configuration#storage()} may have here. */
    static List<String> storageNames() {
        return Stream.concat(Stream.of(Configuration.DIRECTORY), storages().map(StorageProvider::name))
                .sorted()
                .toList();
    }

    /** Opens a storage that is not the directory in the home directory. */
    static Storage storage(Configuration configuration) {
        return storages()
                .filter(provider -> provider.name().equals(configuration.storage()))
                .findFirst()
                .orElseThrow(
                        () -> new ConfigurationException(
                                "no storage is named " + configuration.storage(),
                                "allowed is one of " + String.join(", ", storageNames())
                                        + ", and what other modules on the class path bring (zfs is in dev.zvpg:zvpg-zfs-native)"))
                .open(configuration);
    }

    static ServerLauncher launcher(Configuration configuration) {
        return ServiceLoader.load(LauncherProvider.class)
                .findFirst()
                .orElseThrow(() -> new ConfigurationException(
                        "nothing on the class path runs PostgreSQL", "add dev.zvpg:zvpg-postgres"))
                .launcher(configuration);
    }

    private static Stream<StorageProvider> storages() {
        return ServiceLoader.load(StorageProvider.class).stream().map(ServiceLoader.Provider::get);
    }
}
