package dev.zvpg.zfs;

import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.StorageException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.Claims;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.VolumeId;
import dev.zvpg.zfs.binding.Mounts;
import dev.zvpg.zfs.binding.Patience;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a storage's volumes and snapshots are mounted: directories below one of its own. They are made for a mount and
 * removed after it; nothing is kept in them. Beside them, {@code drafts} has a claim on each volume that a process is
 * making.
 *
 * <p>Thread-safe, also among processes: the kernel refuses a second mount of one dataset on one directory.
 *
 * @param root the directory that everything is below of
 */
record MountPoints(Path root) {

    private static final Logger LOG = LoggerFactory.getLogger(MountPoints.class);
    private static final int ATTEMPTS = 100;

    Path of(VolumeId volume) {
        return root.resolve("volumes").resolve(volume.value());
    }

    Path of(SnapshotId snapshot) {
        return root.resolve("snapshots").resolve(snapshot.value());
    }

    /** What the processes that use this directory have claims on: the volumes that they are making. */
    Claims claims() {
        return new Claims(root.resolve("drafts"));
    }

    /** Claims a volume; empty when somebody alive is making it. */
    Optional<Claims.Claim> claim(VolumeId volume) {
        make(claims().directory());
        try {
            return claims().take(volume.value());
        } catch (IOException e) {
            throw failed("claim a volume below", root, e);
        }
    }

    /** The same for what somebody may have been making, without waiting for anybody. */
    Optional<Claims.Claim> claimWhatWasCutOff(VolumeId volume) {
        make(claims().directory());
        try {
            return claims().tryToTake(volume.value());
        } catch (IOException e) {
            throw failed("claim a volume below", root, e);
        }
    }

    /** Gives up a claim on what is no draft any more. */
    static void letGo(Claims.Claim claim) {
        try {
            claim.close();
        } catch (IOException e) {
            LOG.debug("A claim's file stays, and goes when the storage is recovered", e);
        }
    }

    /** The volumes on which there are claims, held or not. */
    List<VolumeId> claimed() {
        List<VolumeId> claimed = new ArrayList<>();
        try {
            for (String name : claims().names()) {
                claimed.add(new VolumeId(name));
            }
        } catch (IOException e) {
            throw failed("list", claims().directory(), e);
        } catch (IllegalArgumentException e) {
            LOG.debug("There is something in {} that is no claim", claims().directory(), e);
        }
        return claimed;
    }

    /**
     * Whether something is mounted there: its file system is another one than its parent's. (The kernel's table of
     * mounts would say what, but has a line for every mount of the machine.)
     */
    boolean isMounted(Path directory) {
        try {
            return !device(directory).equals(device(parent(directory)));
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw failed("look at", directory, e);
        }
    }

    private static Object device(Path directory) throws IOException {
        return Files.getAttribute(directory, "unix:dev", LinkOption.NOFOLLOW_LINKS);
    }

    private static Path parent(Path directory) {
        Path parent = directory.getParent();
        if (parent == null) {
            throw new IllegalArgumentException(directory + " cannot be a mount point");
        }
        return parent;
    }

    /**
     * Mounts a dataset or a snapshot, unless its directory has a mount already.
     *
     * @throws NotFoundException when it does not exist
     * @throws StorageException when the directory is not empty
     */
    void mount(String dataset, Path directory, boolean readOnly) {
        Patience patience = new Patience();
        for (int attempt = 0; ; attempt++) {
            make(directory);
            if (isMounted(directory)) {
                return;
            }
            try {
                requireEmpty(dataset, directory);
                if (readOnly) {
                    Mounts.mountReadOnly(dataset, directory);
                } else {
                    Mounts.mount(dataset, directory);
                }
                return;
            } catch (NotFoundException e) {
                // the directory, removed by somebody who destroyed what was mounted before; or else the dataset
                if (attempt == ATTEMPTS || Files.isDirectory(directory)) {
                    remove(directory);
                    throw e;
                }
            } catch (ZvpgException e) {
                if (isMounted(directory)) {
                    return; // by somebody else, meanwhile
                }
                if (!(e instanceof InUseException)) {
                    throw e;
                }
                patience.lose(() -> e); // somebody else is about to mount it
            }
        }
    }

    /**
     * Unmounts what is mounted on a directory, if anything is, and removes the directory.
     *
     * @return whether anything was
     * @throws InUseException when a process uses it; the message says which
     */
    boolean unmount(Path directory) {
        boolean mounted = isMounted(directory);
        if (mounted) {
            try {
                Mounts.unmount(directory);
            } catch (StorageException | NotFoundException e) {
                if (isMounted(directory)) {
                    throw e;
                }
            }
        }
        remove(directory);
        return mounted;
    }

    /** Every directory that is there, mounted or not. */
    List<Path> all() {
        List<Path> all = new ArrayList<>();
        for (String kind : List.of("volumes", "snapshots")) {
            try (DirectoryStream<Path> directories = Files.newDirectoryStream(root.resolve(kind))) {
                directories.forEach(all::add);
            } catch (NoSuchFileException e) {
                LOG.debug("Nothing was mounted in {} yet", root.resolve(kind));
            } catch (IOException e) {
                throw failed("list", root.resolve(kind), e);
            }
        }
        return all;
    }

    /**
     * Makes a directory, and those above it so that everybody may search them: the server that runs on a volume may
     * belong to another user. The directory itself keeps what the umask leaves, because somebody else may have mounted
     * on it before its permissions are set, and they would be those of the mount's root, which hide its own anyway.
     */
    private static void make(Path directory) {
        try {
            Files.createDirectory(directory);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw new StorageException(
                        "mount on", directory.toString(), "it is not a directory", "move it away", e);
            }
        } catch (NoSuchFileException e) {
            if (Files.exists(parent(directory))) {
                return; // made and removed again meanwhile
            }
            makeParent(parent(directory));
            make(directory);
        } catch (IOException e) {
            throw failed("make", directory, e);
        }
    }

    private static void makeParent(Path directory) {
        make(directory);
        try {
            Files.setPosixFilePermissions(
                    directory, PosixFilePermissions.fromString("rwxr-xr-x")); // whatever the umask
        } catch (IOException e) {
            throw failed("open for others", directory, e);
        }
    }

    private static void requireEmpty(String dataset, Path directory) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                throw new StorageException(
                        "mount",
                        dataset,
                        "its mount point " + directory + " is not empty (" + entry.getFileName()
                                + " is there, which a mount would hide)",
                        "move away what is in it",
                        null);
            }
        } catch (NoSuchFileException e) {
            LOG.debug("{} was removed meanwhile", directory);
        } catch (IOException e) {
            throw failed("read", directory, e);
        }
    }

    private static void remove(Path directory) {
        try {
            Files.deleteIfExists(directory);
        } catch (DirectoryNotEmptyException e) {
            LOG.debug("{} is not empty, and so not removed", directory);
        } catch (IOException e) {
            LOG.debug("{} is not removed: somebody mounted on it", directory, e);
        }
    }

    private static ZvpgException failed(String operation, Path directory, IOException e) {
        return IoFailure.of(
                operation,
                "the mount point " + directory,
                directory,
                "mounting needs root, or name another directory with ZfsOptions.mountDirectory",
                e);
    }
}
