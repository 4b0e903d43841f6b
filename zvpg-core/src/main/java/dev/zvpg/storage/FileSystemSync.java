package dev.zvpg.storage;

import dev.zvpg.internal.io.TreeSync;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.List;

/** Makes whole trees durable. Thread-safe. */
final class FileSystemSync {

    private FileSystemSync() {}

    /**
     * Makes a tree durable. One {@code sync -f} writes the whole file system that it is on, so it also waits for what others
     * have written there; that costs a few milliseconds on an idle disk, where one {@code fsync} per file would cost that for
     * each file. Where it does not work, that is what is done.
     */
    static void sync(Path tree) throws IOException {
        try {
            if (Tool.run(tree, List.of("sync", "-f", ".")).exitCode() == 0) {
                return;
            }
        } catch (InterruptedIOException | Tool.StuckException e) {
            throw e;
        } catch (IOException e) {
            // there is no such program
        }
        TreeSync.oneByOne(tree);
    }
}
