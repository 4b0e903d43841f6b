package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.zvpg.error.StorageException;
import dev.zvpg.zfs.binding.CleanupHandle;
import dev.zvpg.zfs.binding.KernelModule;
import dev.zvpg.zfs.binding.Lzc;
import dev.zvpg.zfs.binding.Native;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class NativeTest {

    @Test
    void anAbsentLibrarySaysWhatToInstall() {
        assertThatThrownBy(() -> Native.load(Native.LibZfsCore.class, "zvpg_absent"))
                .isInstanceOf(StorageException.class)
                .hasMessageContainingAll("libzvpg_absent", "libzfs4linux", "contrib", "libzfs5", "zfs-utils");
    }

    @Test
    void anAbsentKernelModuleSaysWhatToLoadAndIsLookedForAgain() {
        NativeLibraries.assumeInstalled();
        assumeFalse(Files.exists(KernelModule.DEVICE), "this machine has ZFS");
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(Lzc::open)
                    .isInstanceOf(StorageException.class)
                    .hasMessageContainingAll("/dev/zfs", "modprobe zfs", "zfs-dkms");
        }
        assertThatThrownBy(CleanupHandle::open).hasMessageContainingAll("/dev/zfs", "ENOENT");
    }
}
