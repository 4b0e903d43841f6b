package dev.zvpg.internal.io;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;

/** Makes whole trees durable. Thread-safe. */
public final class TreeSync {

    private TreeSync() {}

    /**
     * Makes a tree durable. One {@code sync -f} writes the whole file system that it is on, so it also waits for what
     * others have written there; that costs a few milliseconds on an idle disk, where one {@code fsync} per file would
     * cost that for each file. Where it does not work, that is what is done.
     */
    public static void sync(Path tree) throws IOException {
        try {
            if (Subprocess.run(tree, List.of("sync", "-f", ".")).ok()) {
                return;
            }
        } catch (InterruptedIOException | Subprocess.StuckException e) {
            throw e;
        } catch (IOException e) {
            // there is no such program
        }
        oneByOne(tree);
    }

    /** Puts every file and directory of a tree on disk, and the name of the tree. */
    public static void oneByOne(Path tree) throws IOException {
        try (OpenDirectory top = OpenDirectory.open(tree)) {
            sync(top);
        }
        Path parent = tree.getParent();
        if (parent != null) {
            OpenDirectory.sync(parent);
        }
    }

    private static void sync(OpenDirectory directory) throws IOException {
        for (Path name : directory.names()) {
            try {
                FileFacts facts = directory.facts(name);
                if (facts.isDirectory()) {
                    try (OpenDirectory inner = directory.directory(name)) {
                        sync(inner);
                    }
                } else if (facts.isFile()) {
                    try (FileChannel file = directory.openFile(name)) {
                        file.force(true);
                    }
                }
            } catch (NoSuchFileException | NotDirectoryException | ChangedException vanished) {
                // there is nothing to make durable
            }
        }
        directory.sync();
    }
}
