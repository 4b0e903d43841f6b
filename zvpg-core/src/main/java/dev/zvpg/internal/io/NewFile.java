package dev.zvpg.internal.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Makes files in open directories, where there are none: they are for their maker only until they are filled, and get
 * their permissions and their owner then. Thread-safe.
 */
public final class NewFile {

    /** For what only its owner may read. */
    public static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rw-------");

    private static final Set<OpenOption> NEW_FILE =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private NewFile() {}

    /** Fills a new file; may be asked again from the beginning. */
    public interface Content {
        void writeTo(FileChannel file) throws IOException;
    }

    /** Makes a file and fills it, and puts it on disk if that is wanted. */
    public static void create(
            OpenDirectory directory, Path name, Set<PosixFilePermission> mode, boolean durably, Content content)
            throws IOException {
        try (FileChannel file = directory.channel(name, NEW_FILE, PosixFilePermissions.asFileAttribute(PRIVATE))) {
            content.writeTo(file);
            if (!mode.equals(PRIVATE)) {
                directory.view(name).setPermissions(mode); // whatever the umask
            }
            if (durably) {
                file.force(true);
            }
        }
    }

    /** Makes a file that belongs to the owner of the directory, and to nobody else. */
    public static void createAsOwner(OpenDirectory directory, Path name, Content content) throws IOException {
        create(directory, name, PRIVATE, false, content);
        giveToOwner(directory, name);
    }

    /** Gives a regular file that was made in a directory to the owner of that. */
    static void giveToOwner(OpenDirectory directory, Path name) throws IOException {
        PosixFileAttributes own = directory.view().readAttributes();
        PosixFileAttributeView made = directory.view(name);
        if (!made.readAttributes().owner().equals(own.owner())) {
            new RegularFile(directory, name).require();
            made.setGroup(own.group());
            made.setOwner(own.owner());
        }
    }
}
