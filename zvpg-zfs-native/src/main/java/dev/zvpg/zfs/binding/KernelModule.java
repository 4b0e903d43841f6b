package dev.zvpg.zfs.binding;

import dev.zvpg.error.PermissionException;
import dev.zvpg.error.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The kernel's side of ZFS: whether it is there, and for this user. Thread-safe. */
public final class KernelModule {

    public static final Path DEVICE = Path.of("/dev/zfs");

    private KernelModule() {}

    /**
     * Reads what the library says of the device that it has opened.
     *
     * @param code its error number, or 0
     * @throws StorageException when the module is not loaded
     * @throws PermissionException when this user may not open the device
     */
    public static void check(int code) {
        if (code == 0) {
            return;
        }
        switch (ResultCode.of(code).orElse(ResultCode.EIO)) {
            case ENOENT, ENXIO, ENODEV ->
                throw new StorageException(
                        "open",
                        DEVICE.toString(),
                        "the ZFS kernel module is not loaded",
                        "load it with modprobe zfs (Debian: it is in the package zfs-dkms, in the component contrib; "
                                + "Ubuntu: in the kernel)",
                        null);
            case EPERM, EACCES ->
                throw new PermissionException(
                        "cannot open " + DEVICE + ": this user may not",
                        "run as root, for ZFS lets nobody else mount and run channel programs");
            default -> throw ResultCode.exception(code, "open", DEVICE.toString());
        }
    }

    /** The version of the loaded kernel module, such as {@code 2.1.11-1+deb12u1}; empty when it does not say. */
    public static Optional<String> version() {
        try {
            return Optional.of(
                    Files.readString(Path.of("/sys/module/zfs/version")).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
