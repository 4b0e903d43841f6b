package dev.zvpg.storage;

import dev.zvpg.ConfigurationException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The document on disk. It is replaced as a whole and never written in place, so whoever opens it reads one state, without a
 * lock; whoever changes it holds the lock. Plain streams read and write it: channels would close under an interrupt.
 *
 * <p>Thread-safe.
 */
final class DocumentFile {

    private static final int RESERVE_BYTES = 1 << 20;

    private final Place place;
    private final PlaceLock lock;
    private final Optional<String> boot;
    private volatile @Nullable Seen seen;

    /** Whether a change must survive a power cut as soon as it is made, or may wait for the next one that must. */
    enum Durably {
        NOW,
        LATER
    }

    /** One version of the file; every version has its own time, to the microsecond, see {@link #write}. */
    private record Version(@Nullable Object inode, FileTime modified, long size) {}

    private record Seen(Version version, Document document) {}

    /**
     * Opens the document of a place whose directories exist, and makes an empty one where there is none.
     *
     * @param boot the present run of the operating system, see {@link BootId}
     */
    DocumentFile(Place place, PlaceLock lock, Optional<String> boot) throws IOException {
        this.place = place;
        this.lock = lock;
        this.boot = boot;
        lock.hold(() -> {
            if (!Files.exists(place.document())) {
                if (place.hasTrees()) {
                    throw new ConfigurationException(
                            place.document(),
                            null,
                            "is missing although there are trees in volumes or snapshots beside it; restore it from a "
                                    + "backup, or move those trees away",
                            null);
                }
                write(Document.EMPTY, Durably.NOW);
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
                Version before = version(file);
                Seen last = seen;
                if (last != null && last.version.equals(before)) {
                    return last.document;
                }
                byte[] bytes = Files.readAllBytes(file);
                if (version(file).equals(before)) {
                    Document document = DocumentFormat.read(bytes, file, boot);
                    seen = new Seen(before, document);
                    return document;
                }
            } catch (NoSuchFileException e) {
                throw new ConfigurationException(file, null, "is gone; restore it from a backup", e);
            }
        }
    }

    /**
     * Changes the state under the lock.
     *
     * @param edit gets the present state and returns the next one; when it throws, nothing is changed
     * @return the next state
     */
    Document change(Durably durably, UnaryOperator<Document> edit) throws IOException {
        return lock.hold(() -> {
            Document before = read();
            Document after = edit.apply(before);
            if (after != before) {
                write(after, durably);
            }
            return after;
        });
    }

    /** Like {@link #change}, but may use the reserve when no space is left, because the change makes some. */
    Document changeToFreeSpace(Durably durably, UnaryOperator<Document> edit) throws IOException {
        return lock.hold(() -> {
            Document before = read();
            Document after = edit.apply(before);
            if (after == before) {
                return after;
            }
            try {
                write(after, durably);
            } catch (IOException e) {
                if (!Files.deleteIfExists(place.reserve())) {
                    throw e;
                }
                write(after, durably);
            }
            return after;
        });
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

    private void write(Document document, Durably durably) throws IOException {
        Path next = place.newDocument();
        boolean replaced = false;
        try {
            try (FileOutputStream out = new FileOutputStream(next.toFile())) {
                out.write(DocumentFormat.write(document));
                out.getFD()
                        .sync(); // in any case: a file renamed before its contents are down may be empty after a power
                // cut
            }
            // the system's own time of change moves in ticks of milliseconds and could be the same for two versions
            Files.setLastModifiedTime(next, FileTime.from(Instant.now()));
            Version version = version(next);
            Files.move(next, place.document(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            replaced = true;
            seen = new Seen(version, document);
            if (durably == Durably.NOW) {
                syncDirectory(place.root());
            }
        } finally {
            if (!replaced) {
                Files.deleteIfExists(next);
            }
        }
    }

    /** Makes the names in a directory durable. */
    static void syncDirectory(Path directory) throws IOException {
        Uninterrupted.call(() -> {
            try (FileChannel channel = FileChannel.open(directory)) {
                channel.force(true);
            }
            return directory;
        });
    }

    private static Version version(Path file) throws IOException {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        return new Version(now.fileKey(), now.lastModifiedTime(), now.size());
    }
}
