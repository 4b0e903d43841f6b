package dev.zvpg.directory;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.internal.io.AtomicFile;
import dev.zvpg.internal.io.FileMutex;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.OwnerLock;
import dev.zvpg.internal.io.Uninterrupted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The document on disk, in two files: the durable part, and beside it the part that passes with this run of the operating
 * system, which is never waited for and whose name says which run. Each is replaced as a whole and never written in place, so
 * whoever opens them reads one state, without a lock; whoever changes them holds the lock. What both know is as the durable
 * one says. Only this process's user reads them: they say which trees there are and will be.
 *
 * <p>Thread-safe.
 */
final class DocumentFile implements AutoCloseable {

    private static final int RESERVE_BYTES = 1 << 20;

    private final Place place;
    private final FileMutex lock;
    private final Optional<String> boot;
    private final Optional<OwnerLock> owner;
    private volatile @Nullable Seen seen;

    /** Whether a change must survive a power cut as soon as it is made, or may wait for the next one that must. */
    enum Durably {
        NOW,
        LATER
    }

    /** One version of the file; every version has its own time, to the microsecond, see {@link #write}. */
    private record Version(@Nullable Object inode, FileTime modified, long size) {}

    private static final Version ABSENT = new Version(null, FileTime.fromMillis(0), 0);

    /**
     * What was read last.
     *
     * @param isWhole whether the passing file holds what {@link Document#passing} says; not so after a crash between the two
     */
    private record Seen(Version durable, Version passing, Document document, boolean isWhole) {}

    /**
     * Opens the document of a place whose directories exist, and makes an empty one where there is none.
     *
     * @param boot the present run of the operating system, see {@link BootId}
     */
    DocumentFile(Place place, FileMutex lock, Optional<String> boot) throws IOException {
        this.place = place;
        this.lock = lock;
        this.boot = boot;
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
                seen = new Seen(replaceDurable(Document.EMPTY, Durably.NOW), ABSENT, Document.EMPTY, false);
            }
            place.forgetOtherBoots(boot);
            refillReserve();
            return place;
        });
        read();
        owner = boot.isPresent() ? Optional.of(lock.hold(() -> place.own(boot.get()))) : Optional.empty();
    }

    /** Says that this process wants no more of what passes; whoever opens the place in another run may forget that. */
    @Override
    public void close() throws IOException {
        if (owner.isPresent()) {
            owner.get().close();
        }
    }

    /** The present state. */
    Document read() throws IOException {
        return see().document;
    }

    private Seen see() throws IOException {
        Path file = place.document();
        while (true) {
            try {
                Version passing = passingVersion();
                Version durable = version(file);
                Seen last = seen;
                if (last != null && last.durable.equals(durable) && last.passing.equals(passing)) {
                    return last;
                }
                Optional<Document> rest = passing.equals(ABSENT) ? Optional.empty() : readPassing(boot.orElseThrow());
                byte[] bytes = Files.readAllBytes(file);
                if (version(file).equals(durable) && passingVersion().equals(passing)) {
                    Document whole = DocumentFormat.read(bytes, file, boot).and(rest.orElse(Document.EMPTY));
                    Seen now = new Seen(durable, passing, whole, whole.passing().equals(rest.orElse(Document.EMPTY)));
                    seen = now;
                    return now;
                }
            } catch (NoSuchFileException e) {
                throw new ConfigurationException(file, null, "is gone", "restore it from a backup", e);
            }
        }
    }

    /** What only other runs of the operating system know, such as that of a container, while a process of theirs lives. */
    Document elsewhere() throws IOException {
        Document all = Document.EMPTY;
        for (String other : place.otherBoots(boot)) {
            all = all.and(readPassing(other).orElse(Document.EMPTY));
        }
        return all;
    }

    private Optional<Document> readPassing(String run) throws IOException {
        Path file = place.passing(run);
        try {
            return Optional.of(DocumentFormat.read(Files.readAllBytes(file), file, Optional.of(run)));
        } catch (NoSuchFileException e) {
            return Optional.empty(); // the versions tell
        }
    }

    private Version passingVersion() throws IOException {
        try {
            return boot.isEmpty() ? ABSENT : version(place.passing(boot.get()));
        } catch (NoSuchFileException e) {
            return ABSENT;
        }
    }

    /**
     * Changes the state under the lock.
     *
     * @param durably how long the durable part may wait
     * @param edit gets the present state and returns the next one; when it throws, nothing is changed
     * @return the next state
     */
    Document change(Durably durably, UnaryOperator<Document> edit) throws IOException {
        return lock.hold(() -> {
            Seen before = see();
            Document after = edit.apply(before.document);
            write(before, after, durably);
            return after;
        });
    }

    /** Like {@link #change}, but may use the reserve when no space is left, because the change makes some. */
    Document changeToFreeSpace(Durably durably, UnaryOperator<Document> edit) throws IOException {
        return lock.hold(() -> {
            Seen before = see();
            Document after = edit.apply(before.document);
            try {
                write(before, after, durably);
            } catch (IOException e) {
                if (!Files.deleteIfExists(place.reserve())) {
                    throw e;
                }
                write(before, after, durably);
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

    /** The durable part first: from then on it has happened, whether or not the other file still says what was before. */
    private void write(Seen before, Document after, Durably durably) throws IOException {
        Version durable = before.durable;
        Version passing = before.passing;
        boolean whole = before.isWhole;
        Document rest = after.passing();
        if (!whole) { // or what a crash left there would come back when the durable part forgets it
            passing = replacePassing(before.document.passing());
            whole = true;
        }
        boolean moved = !after.durable().equals(before.document.durable());
        if (moved) {
            durable = replaceDurable(after.durable(), durably);
        }
        if (!rest.equals(before.document.passing())) {
            try {
                passing = replacePassing(rest);
            } catch (IOException e) {
                if (!moved) {
                    throw e;
                }
                whole = false;
            }
        }
        seen = new Seen(durable, passing, after, whole);
    }

    private Version replaceDurable(Document document, Durably durably) throws IOException {
        Version version = replace(place.document(), place.newDocument(), document, true);
        if (durably == Durably.NOW) {
            OpenDirectory.sync(place.root());
        }
        return version;
    }

    private Version replacePassing(Document document) throws IOException {
        return boot.isEmpty() ? ABSENT : replace(place.passing(boot.get()), place.newPassing(), document, false);
    }

    /**
     * Replaces a file.
     *
     * @param sync whether it may be read after a power cut: a file renamed before its contents are down may be empty then
     */
    private Version replace(Path file, Path next, Document document, boolean sync) throws IOException {
        Path temporary = next.getFileName();
        byte[] content = DocumentFormat.write(document);
        try (OpenDirectory root = OpenDirectory.openTrusted(place.root())) {
            return Uninterrupted.call(() -> {
                boolean replaced = false;
                try {
                    root.delete(temporary);
                    root.create(temporary, OpenDirectory.PRIVATE, sync, AtomicFile.of(content));
                    // the system's own time of change moves in ticks of milliseconds and could be the same for two
                    // versions
                    root.setModified(temporary, FileTime.from(Instant.now()));
                    Version version = version(next);
                    root.move(temporary, file.getFileName());
                    replaced = true;
                    return version;
                } finally {
                    if (!replaced) {
                        root.delete(temporary);
                    }
                }
            });
        }
    }

    private static Version version(Path file) throws IOException {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        return new Version(now.fileKey(), now.lastModifiedTime(), now.size());
    }
}
