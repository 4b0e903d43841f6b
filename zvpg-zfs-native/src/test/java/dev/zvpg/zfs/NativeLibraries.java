package dev.zvpg.zfs;

import dev.zvpg.error.StorageException;
import dev.zvpg.zfs.binding.Native;
import org.junit.jupiter.api.Assumptions;

/** Skips tests where OpenZFS's libraries are not installed, and says what to install. Thread-safe. */
final class NativeLibraries {

    private NativeLibraries() {}

    static void assumeInstalled() {
        try {
            Native.nvpair();
            Native.zfsCore();
        } catch (StorageException e) {
            Assumptions.abort(e.getMessage());
        }
    }
}
