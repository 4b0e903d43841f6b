package dev.zvpg.internal.io;

import dev.zvpg.error.PermissionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Whose files this JVM works with. Whoever owns a configuration or a repository chooses which programs are run, and can
 * put links in the way of what is written: root must not be led by somebody else. Thread-safe.
 */
public final class TrustedOwner {

    /** Belongs to the effective user of whoever looks at it. */
    private static final Path MYSELF = Path.of("/proc/self");

    private static final Integer ROOT = 0;

    private TrustedOwner() {}

    /**
     * Refuses what belongs to somebody else than this JVM's user and root; what does not exist belongs to nobody.
     *
     * @param what what it is, such as {@code the repository}
     */
    public static void require(Path path, String what) {
        try {
            Object owner = Files.getAttribute(path, "unix:uid");
            if (Files.exists(MYSELF) && !owner.equals(ROOT) && !owner.equals(Files.getAttribute(MYSELF, "unix:uid"))) {
                throw new PermissionException(
                        what + " " + path + " belongs to "
                                + Files.getOwner(path).getName()
                                + ", and this program runs as " + System.getProperty("user.name")
                                + ", who would do what the other one has prepared",
                        "work as that user, or call trustOwner() when you trust it");
            }
        } catch (NoSuchFileException e) {
            return; // who makes it owns it
        } catch (IOException e) {
            throw IoFailure.of("find out who owns", path, e);
        }
    }
}
