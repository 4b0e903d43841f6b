package dev.zvpg.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Which file systems there are, as this process sees them. */
final class Devices {

    private Devices() {}

    /** The file system that a file is on; a subvolume of btrfs counts as one. */
    static Object of(Path path) throws IOException {
        return Files.getAttribute(path, "unix:dev", LinkOption.NOFOLLOW_LINKS);
    }
}
