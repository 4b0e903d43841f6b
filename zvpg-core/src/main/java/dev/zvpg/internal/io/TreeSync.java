package dev.zvpg.internal.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** Makes whole trees durable where no program writes the whole file system. Thread-safe. */
public final class TreeSync {

    private TreeSync() {}

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
