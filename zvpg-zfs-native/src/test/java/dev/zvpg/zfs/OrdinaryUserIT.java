package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Jvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody who is not root is told, on a real kernel module. */
@NeedsPool
class OrdinaryUserIT {

    private static final String NOBODY = "65534";

    /** A device of its own mode, seen by this process only; then the program as an ordinary user. */
    private static final String AS_NOBODY = """
            mount -t tmpfs -o mode=755 tmpfs "$1" &&
            mknod "$1/zfs" c "$((0x$(stat -c %t /dev/zfs)))" "$((0x$(stat -c %T /dev/zfs)))" &&
            chmod "$2" "$1/zfs" && mount --bind "$1/zfs" /dev/zfs && shift 2 &&
            exec setpriv --reuid=NOBODY --regid=NOBODY --clear-groups -- "$@"
            """.replace("NOBODY", NOBODY);

    @TempDir
    Path temp;

    @BeforeEach
    void letEverybodyIn() throws IOException {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void whoMayNotOpenTheDeviceIsToldSo() throws Exception {
        assertThat(openAsNobody("600"))
                .contains("PermissionException: cannot open /dev/zfs: this user may not; run as root");
    }

    @Test
    void whoMayOpenTheDeviceButIsNotRootIsToldWhatIsNeeded() throws Exception {
        assertThat(openAsNobody("666")).contains("PermissionException: cannot", "run as root", "CAP_SYS_ADMIN");
    }

    private String openAsNobody(String mode) throws Exception {
        Path device = Files.createDirectory(temp.resolve("device"));
        List<String> command = Jvm.wrapped(
                List.of("unshare", "-m", "sh", "-c", AS_NOBODY, "sh", device.toString(), mode),
                Jvm.command(List.of(), classPathForEverybody(), OpenStorage.class, TestPool.POOL + "/nobody"));
        return Tool.run(command.toArray(String[]::new));
    }

    /** A copy, because the original may lie where only root may look. */
    private String classPathForEverybody() throws Exception {
        List<String> copies = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path copy = Files.createDirectory(temp.resolve("entry" + copies.size()));
            Tool.run("cp", "-rL", "--", entry, copy.toString());
            copies.add(copy.resolve(Path.of(entry).getFileName()).toString());
        }
        Tool.run("chmod", "-R", "a+rX", temp.toString());
        return String.join(File.pathSeparator, copies);
    }
}
