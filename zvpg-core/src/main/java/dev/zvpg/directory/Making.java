package dev.zvpg.directory;

import dev.zvpg.directory.Document.Entry;
import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.Claims.Claim;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.TreeSync;
import dev.zvpg.storage.StoredId;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * How trees come to be: one is made under a claim on it, and exists when the document knows it; then the claim goes.
 *
 * <p>A tree's source may be destroyed while it is copied. The document forgets a source before the first of its files
 * is removed, and the copy counts only when it still knows the source after the last file was copied: so no copy is
 * torn.
 *
 * <p>Thread-safe.
 */
final class Making {

    private final Objects objects;
    private final Destroying destroying;

    Making(Objects objects, Destroying destroying) {
        this.objects = objects;
        this.destroying = destroying;
    }

    /**
     * Makes a tree and fills it.
     *
     * <p>It throws {@link FileAlreadyExistsException} for the tree itself when there is something already.
     */
    interface Maker {
        void make(Path tree) throws IOException;
    }

    /** Makes a draft; nothing is left of one that cannot be made. */
    TreeDraft make(String verb, StoredId id, Optional<? extends StoredId> source, Maker maker) {
        try {
            Document document = objects.file().read();
            Optional<Entry> from = source.map(wanted -> objects.existing(verb, document, wanted));
            requireFree(verb, id); // before the claim, which may be one that was cut off, and is needed to recover that
            Claim claim =
                    objects.claims().take(Place.claim(id)).orElseThrow(() -> taken(verb, id, "somebody is making it"));
            try {
                requireFree(verb, id);
                fill(verb, id, from, maker);
                return new TreeDraft(objects, this, destroying, id, source.map(StoredId.class::cast), claim);
            } catch (FileAlreadyExistsException e) {
                throw objects.tree(id).toString().equals(e.getFile())
                        ? leave(claim, occupied(verb, id))
                        : undo(verb, id, claim, e);
            } catch (AlreadyExistsException e) {
                throw leave(claim, e);
            } catch (IOException e) {
                throw undo(verb, id, claim, e);
            } catch (RuntimeException | Error e) {
                destroying.remove(id, claim);
                throw e;
            }
        } catch (IOException e) {
            throw objects.failure(verb, id, e);
        }
    }

    /** Leaves alone what is there and not ours. */
    private static ZvpgException leave(Claim claim, ZvpgException failure) throws IOException {
        claim.close();
        return failure;
    }

    private ZvpgException undo(String verb, StoredId id, Claim claim, IOException e) {
        ZvpgException failure = objects.failure(verb, id, e); // before there is space again
        destroying.remove(id, claim);
        return failure;
    }

    private void requireFree(String verb, StoredId id) throws IOException {
        if (objects.file().read().find(id).isPresent()) {
            throw taken(verb, id, "it exists");
        }
        if (Files.exists(objects.tree(id), LinkOption.NOFOLLOW_LINKS)) {
            throw occupied(verb, id);
        }
    }

    static AlreadyExistsException taken(String verb, StoredId id, String why) {
        return new AlreadyExistsException(
                "cannot " + verb + " " + Objects.name(id) + ": " + why, "choose another identity");
    }

    private AlreadyExistsException occupied(String verb, StoredId id) {
        return taken(verb, id, objects.tree(id) + " exists and is not the storage's own");
    }

    private void fill(String verb, StoredId id, Optional<Entry> from, Maker maker) throws IOException {
        try {
            maker.make(objects.tree(id));
        } catch (IOException e) {
            if (from.isPresent() && !IoFailure.isInterruption(e)) {
                requireStillThere(verb, from.get());
            }
            throw e;
        }
        if (from.isPresent()) {
            requireStillThere(verb, from.get());
        }
    }

    private void requireStillThere(String verb, Entry source) throws IOException {
        if (objects.file().read().find(source.id()).filter(source::isSameAs).isEmpty()) {
            throw new NotFoundException(
                    "cannot " + verb + " from " + Objects.name(source.id()) + ": it was destroyed while it was copied",
                    "choose another one");
        }
    }

    /** Makes the document know a draft; whether it does tells {@link Objects#knows}, also after a failure. */
    void publish(StoredId id, Optional<StoredId> source, Map<String, String> attributes) {
        writeDown(id);
        publish(id, document -> document.with(new Entry(id, source, Instant.now(), attributes)));
    }

    /** The same for a tree that is on disk, as {@link Copier#freeze} leaves it, if nobody has written to it since. */
    void publishAsMade(StoredId id, Optional<StoredId> source, Map<String, String> attributes) {
        publish(id, document -> document.with(new Entry(id, source, Instant.now(), attributes)));
    }

    private void writeDown(StoredId id) {
        try {
            TreeSync.sync(objects.tree(id));
        } catch (IOException e) {
            throw objects.failure("publish", id, e);
        }
    }

    /**
     * The same instead of another volume, whose tree is to be removed for good if the document knows the draft
     * afterwards.
     */
    Claim publishInPlaceOf(VolumeId old, StoredId id, Optional<StoredId> source, Map<String, String> attributes) {
        String verb = "replace";
        try {
            objects.existing(verb, objects.file().read(), old);
            Claim gone = destroying.claimToDestroy(verb, old);
            try {
                writeDown(id);
                publish(id, document -> {
                    objects.existing(verb, document, old);
                    return document.without(old).with(new Entry(id, source, Instant.now(), attributes));
                });
                return gone;
            } catch (RuntimeException | Error e) {
                if (objects.knows(id)) {
                    gone.abandon();
                } else {
                    gone.close();
                }
                throw e;
            }
        } catch (IOException e) {
            throw objects.failure(verb, old, e);
        }
    }

    private void publish(StoredId id, UnaryOperator<Document> edit) {
        try {
            OpenDirectory.sync(objects.place().trees(Area.of(id)));
            objects.file().change(document -> {
                if (!Files.exists(objects.tree(id), LinkOption.NOFOLLOW_LINKS)) {
                    throw new NotFoundException(
                            "cannot publish " + Objects.name(id) + ": somebody else destroyed it", "make it anew");
                }
                return edit.apply(document);
            });
        } catch (IOException e) {
            throw objects.failure("publish", id, e);
        }
    }
}
