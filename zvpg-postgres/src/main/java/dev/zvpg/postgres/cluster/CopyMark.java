package dev.zvpg.postgres.cluster;

import dev.zvpg.internal.io.AtomicFile;
import dev.zvpg.internal.io.NewFile;
import dev.zvpg.internal.io.OpenDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Says in a data directory that it is a copy, and whether its first start is still to be finished. Thread-safe. */
public final class CopyMark {

    public static final String MARK = "zvpg.first-start";

    /** What becomes of the mark of one that is finished. */
    public static final String FINISHED = "zvpg.copy";

    /** What the mark of a whole foreign cluster holds: every database of it is looked into. */
    private static final byte[] ADOPTED = {'a'};

    private CopyMark() {}

    /** Leaves a mark in a copy. */
    public static void mark(OpenDirectory data) throws IOException {
        if (!data.exists(Path.of(MARK))) {
            NewFile.createAsOwner(data, Path.of(MARK), AtomicFile.of(new byte[0]));
        }
    }

    /** Leaves the mark of a cluster that was made elsewhere. */
    public static void markAdopted(Path dataDirectory) throws IOException {
        try (OpenDirectory data = OpenDirectory.open(dataDirectory)) {
            AtomicFile.replaceAsOwner(data, Path.of(MARK), AtomicFile.of(ADOPTED));
        }
    }

    /** Tells whether the first start is still to be finished, be there anything to do or not. */
    public static boolean isUnfinished(Path dataDirectory) {
        return Files.isRegularFile(dataDirectory.resolve(MARK), LinkOption.NOFOLLOW_LINKS);
    }

    /** Tells whether the directory was made from another one, at some time. */
    public static boolean isCopy(Path dataDirectory) {
        return isUnfinished(dataDirectory)
                || Files.isRegularFile(dataDirectory.resolve(FINISHED), LinkOption.NOFOLLOW_LINKS);
    }

    /** Tells whether every database is to be looked into, because the cluster was made elsewhere. */
    public static boolean isOfAdopted(Path dataDirectory) throws IOException {
        return Files.size(dataDirectory.resolve(MARK)) > 0;
    }

    /** Says that the first start is finished. */
    public static void finish(Path dataDirectory) throws IOException {
        Files.move(dataDirectory.resolve(MARK), dataDirectory.resolve(FINISHED), StandardCopyOption.ATOMIC_MOVE);
    }
}
