package dev.zvpg;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Makes the directories of tests, in memory where there is room: most of what tests do is copy clusters, and a disk is
 * not their subject. Those about a file system mount one. {@code -Dzvpg.test.directory=DIR} chooses another place.
 *
 * <p>Also what JUnit makes its temporary directories with. Thread-safe.
 */
public final class TestDirectories implements TempDirFactory {

    private static final String PROPERTY = "zvpg.test.directory";
    private static final Path DISK = Path.of("/var/tmp");
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final long ROOM = 4L << 30;
    private static final Path PARENT = choose();

    /** For JUnit. */
    public TestDirectories() {}

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
        return Files.createTempDirectory(PARENT, "zvpg-junit-");
    }

    /**
     * Makes a directory that everybody may enter, so that a server's user can when the tests are root.
     *
     * @param prefix how its name begins
     * @return an absolute path without links
     */
    public static Path open(String prefix) throws IOException {
        FileAttribute<?> mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        Path directory = Files.createTempDirectory(PARENT, prefix, mode);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        return directory.toRealPath();
    }

    private static Path choose() {
        String chosen = System.getProperty(PROPERTY, "");
        if (!chosen.isEmpty()) {
            return Path.of(chosen);
        }
        try {
            boolean memoryAlready = Files.getFileStore(DISK).type().equals("tmpfs");
            return !memoryAlready && hasRoom() && programsRunIn(MEMORY) ? MEMORY : DISK;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean hasRoom() throws IOException {
        return Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() > ROOM;
    }

    /** Containers often mount it without that, and some tests make programs. */
    private static boolean programsRunIn(Path directory) throws IOException {
        Path program = Files.createTempFile(directory, "zvpg-", "");
        try {
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
            return Files.isExecutable(program);
        } finally {
            Files.delete(program);
        }
    }
}
