package dev.zvpg.directory;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A small file system in memory for a child JVM, in a mount namespace of its own: nothing of it outlives the
 * process.
 */
public final class SmallDisk {

    private SmallDisk() {}

    /**
     * The words to put before a command that is to see it. Skips the test where it cannot be made.
     *
     * @param mountPoint an empty directory
     */
    public static List<String> wrapper(Path mountPoint, int megabytes) throws Exception {
        List<String> wrapper = List.of(
                "unshare",
                DirectoryStorageContract.isRoot() ? "-m" : "-rm",
                "sh",
                "-c",
                "mount -t tmpfs -o size=" + megabytes + "m tmpfs " + mountPoint + " && exec \"$@\"",
                "sh");
        List<String> command = new ArrayList<>(wrapper);
        command.add("true");
        Process trial = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assumeThat(trial.waitFor())
                .as("needs unshare (util-linux) and the right to mount a tmpfs in a namespace of its own")
                .isZero();
        return wrapper;
    }

    /** Takes every free block. */
    public static void fill(Path ballast) throws IOException {
        try (FileOutputStream out = new FileOutputStream(ballast.toFile())) {
            byte[] bytes = new byte[4096];
            while (Files.exists(ballast)) {
                out.write(bytes);
            }
        } catch (IOException full) {
            return;
        }
    }
}
