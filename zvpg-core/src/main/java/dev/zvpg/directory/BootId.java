package dev.zvpg.directory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Tells one run of the operating system from the next. Thread-safe. */
final class BootId {

    private static final Path LINUX = Path.of("/proc/sys/kernel/random/boot_id");

    private BootId() {}

    /** What this run has and no other had; empty where the operating system does not say. */
    static Optional<String> current() {
        try {
            return Optional.of(Files.readString(LINUX).strip()).filter(id -> !id.isEmpty());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
