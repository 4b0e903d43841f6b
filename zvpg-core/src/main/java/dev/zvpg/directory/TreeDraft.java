package dev.zvpg.directory;

import dev.zvpg.internal.io.Claims.Claim;
import dev.zvpg.storage.Attributes;
import dev.zvpg.storage.Draft;
import dev.zvpg.storage.StoredId;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A tree that has a claim on it and is not in the document. */
final class TreeDraft implements Draft {

    private final Objects objects;
    private final Making making;
    private final Destroying destroying;
    private final StoredId id;
    private final Optional<StoredId> source;
    private final Claim claim;
    private boolean ended;

    /** Removes what it took the place of. */
    private Runnable rest = () -> {};

    TreeDraft(
            Objects objects,
            Making making,
            Destroying destroying,
            StoredId id,
            Optional<StoredId> source,
            Claim claim) {
        this.objects = objects;
        this.making = making;
        this.destroying = destroying;
        this.id = id;
        this.source = source;
        this.claim = claim;
    }

    @Override
    public Path directory() {
        return objects.tree(id);
    }

    @Override
    public void publish(Map<String, String> attributes) {
        Map<String, String> checked = Map.copyOf(Attributes.checked(attributes));
        publish(() -> making.publish(id, source, checked));
    }

    /** The same for a tree that was on disk when it was made, and that nobody has written to. */
    void publishAsMade(Map<String, String> attributes) {
        Map<String, String> checked = Map.copyOf(Attributes.checked(attributes));
        publish(() -> making.publishAsMade(id, source, checked));
    }

    @Override
    public void publishInPlaceOf(VolumeId old, Map<String, String> attributes) {
        if (!(id instanceof VolumeId)) {
            throw new UnsupportedOperationException("a snapshot takes no volume's place");
        }
        Map<String, String> checked = Map.copyOf(Attributes.checked(attributes));
        publish(() -> {
            Claim gone = making.publishInPlaceOf(old, id, source, checked);
            rest = () -> destroying.removeForGood(old, gone);
        });
    }

    private void publish(Runnable publishing) {
        if (ended) {
            throw new IllegalStateException(this + " was published or closed already");
        }
        boolean published = false;
        try {
            publishing.run();
            published = true;
        } finally {
            if (published) {
                ended = true;
                letGo();
            } else if (objects.knows(id)) { // or it cannot be found out, and recovering the storage does
                ended = true;
                claim.abandon();
            }
        }
    }

    private void letGo() {
        try {
            claim.close();
        } catch (IOException e) {
            // its file says nothing as long as the document knows the tree, and goes when the storage is recovered
        }
    }

    @Override
    public void close() {
        if (!ended) {
            ended = true;
            destroying.remove(id, claim);
        }
        Runnable last = rest;
        rest = () -> {};
        last.run();
    }

    @Override
    public String toString() {
        return "the draft of " + Objects.name(id);
    }
}
