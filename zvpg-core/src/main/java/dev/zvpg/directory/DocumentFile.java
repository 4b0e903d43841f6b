package dev.zvpg.directory;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.internal.io.AtomicFile;
import dev.zvpg.internal.io.FileMutex;
import dev.zvpg.internal.io.NewFile;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.Uninterrupted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The document on disk. It is replaced as a whole and never written in place, so whoever opens it reads one state,
 * without a lock; whoever changes it holds the lock. Only this process's user reads it: it says which trees there are.
 *
 * <p>Thread-safe.
 */
final class DocumentFile {

    private static final int RESERVE_BYTES = 1 << 20;

    private final Place place;
    private final FileMutex lock;
    private volatile @Nullable Seen seen;

    /** One version of the file; every version has its own time, to the microsecond, see {@link #write}. */
    private record Version(@Nullable Object inode, FileTime modified, long size) {}

    /** What was read last. */
    private record Seen(Version version, Document document) {}

    /** Opens the document of a place whose directories exist, and makes an empty one where there is none. */
    DocumentFile(Place place, FileMutex lock) throws IOException {
        this.place = place;
        this.lock = lock;
        lock.hold(() -> {
            if (!Files.exists(place.document())) {
                if (place.hasTrees()) {
                    throw new ConfigurationException(
                            place.document(),
                            null,
                            "is missing although there are trees in volumes or snapshots beside it",
                            "restore it from a backup, or move those trees away",
                            null);
                }
                write(Document.EMPTY);
            }
            refillReserve();
            return place;
        });
        read();
    }

    /** The present state. */
    Document read() throws IOException {
        Path file = place.document();
        while (true) {
            try {
                Version version = version(file);
                Seen last = seen;
                if (last != null && last.version.equals(version)) {
                    return last.document;
                }
                byte[] bytes = Files.readAllBytes(file);
                if (version(file).equals(version)) {
                    Document document = DocumentFormat.read(bytes, file);
                    seen = new Seen(version, document);
                    return document;
                }
            } catch (NoSuchFileException e) {
                throw new ConfigurationException(file, null, "is gone", "restore it from a backup", e);
            }
        }
    }

    /**
     * Changes the state under the lock. It is on disk when this returns.
     *
     * @param edit gets the present state and returns the next one; when it throws, nothing is changed
     */
    void change(UnaryOperator<Document> edit) throws IOException {
        lock.hold(() -> {
            write(edit.apply(read()));
            return place;
        });
    }

    /** Does something while nobody changes it. */
    <T> T hold(Uninterrupted.Action<T, IOException> action) throws IOException {
        return lock.hold(action);
    }

    /** Like {@link #change}, but may use the reserve when no space is left, because the change makes some. */
    void changeToFreeSpace(UnaryOperator<Document> edit) throws IOException {
        lock.hold(() -> {
            Document after = edit.apply(read());
            withTheReserve(() -> {
                write(after);
                return place;
            });
            return place;
        });
    }

    /** Does what makes space, once more with the reserve given up when there is none left to do it with. */
    <T> T withTheReserve(Uninterrupted.Action<T, IOException> action) throws IOException {
        try {
            return Uninterrupted.call(action);
        } catch (IOException e) {
            if (!Files.deleteIfExists(place.reserve())) {
                throw e;
            }
            return Uninterrupted.call(action);
        }
    }

    /** Puts the reserve back once there is space again. */
    void refillReserve() {
        try {
            if (!Files.exists(place.reserve())) {
                Files.write(place.reserve(), new byte[RESERVE_BYTES]);
            }
        } catch (IOException e) {
            try {
                Files.deleteIfExists(place.reserve());
            } catch (IOException again) {
                e.addSuppressed(again); // an incomplete reserve is still one
            }
        }
    }

    private void write(Document document) throws IOException {
        Path next = place.newDocument().getFileName();
        byte[] content = DocumentFormat.write(document);
        try (OpenDirectory root = OpenDirectory.openTrusted(place.root())) {
            Uninterrupted.call(() -> {
                boolean replaced = false;
                try {
                    root.delete(next);
                    // a file renamed before its contents are down may be empty after a power cut
                    NewFile.create(root, next, NewFile.PRIVATE, true, AtomicFile.of(content));
                    // the system's own time of change moves in ticks of milliseconds and could be the same for two
                    // versions
                    root.setModified(next, FileTime.from(Instant.now()));
                    Version version = version(place.newDocument());
                    root.move(next, place.document().getFileName());
                    replaced = true;
                    seen = new Seen(version, document);
                } finally {
                    if (!replaced) {
                        root.delete(next);
                    }
                }
                OpenDirectory.sync(place.root());
                return place;
            });
        }
    }

    private static Version version(Path file) throws IOException {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        return new Version(now.fileKey(), now.lastModifiedTime(), now.size());
    }
}
