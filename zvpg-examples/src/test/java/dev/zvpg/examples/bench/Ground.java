package dev.zvpg.examples.bench;

import dev.zvpg.Repository;
import dev.zvpg.Zvpg;
import dev.zvpg.postgres.Postgres;
import dev.zvpg.storage.StorageDescription;
import dev.zvpg.zfs.ZfsStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A file system to measure on.
 *
 * @param name its kind, such as {@code btrfs}
 * @param directory an empty directory on it, which everybody may enter
 * @param storage another storage than the one in a repository's home, by the repository's name; or null
 * @param postgres the installation
 */
record Ground(String name, Path directory, @Nullable Function<String, StorageDescription> storage, Postgres postgres)
        implements AutoCloseable {

    /** In a directory of this machine. */
    static Ground in(Path parent, Postgres postgres) throws IOException {
        Files.createDirectories(parent);
        String type = Files.getFileStore(parent).type();
        // a name of its own for the kernel's one driver for ext2, ext3 and ext4
        return new Ground(type.startsWith("ext") ? "ext4" : type, openDirectory(parent), null, postgres);
    }

    /** In a ZFS pool; what is not a volume lies in a directory of this machine. */
    static Ground inPool(String pool, Path parent, Postgres postgres) throws IOException {
        Files.createDirectories(parent);
        return new Ground(
                "zfs",
                openDirectory(parent),
                name -> ZfsStorage.dataset(pool + "/bench-" + name + "-" + UUID.randomUUID()),
                postgres);
    }

    static Path openDirectory(Path parent) throws IOException {
        return Files.createTempDirectory(
                parent, "bench-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }

    /** A new repository here. */
    Repository repository(String name) {
        Zvpg zvpg = Zvpg.at(directory.resolve(name)).postgres(postgres);
        return storage == null ? zvpg.init() : zvpg.storage(storage.apply(name)).init();
    }

    /** Whether snapshots and clones here take the same time whatever the size of the data. */
    boolean isConstantTime() {
        return name.equals("btrfs") || name.equals("zfs");
    }

    /** Whether {@code cp} shares blocks here. */
    boolean sharesBlocks() {
        return name.equals("btrfs") || name.equals("xfs");
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(directory);
    }
}
