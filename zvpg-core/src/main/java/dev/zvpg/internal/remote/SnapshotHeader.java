package dev.zvpg.internal.remote;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zvpg.internal.tree.MalformedException;
import dev.zvpg.internal.wire.Frames;
import dev.zvpg.storage.Attributes;
import dev.zvpg.storage.SnapshotId;
import java.util.Map;
import java.util.Optional;

/**
 * What comes before the tree of a snapshot. Immutable.
 *
 * @param id its identity
 * @param base the snapshot whose tree the receiver has to have
 * @param attributes its attributes, but for those that are a repository's own view
 * @param bytes the sum of the sizes of its files
 * @param arch the machine that its files are laid out for
 * @param tree the SHA-256 of the whole tree, where the receiver is to compare it
 * @param payload as what it is sent
 */
record SnapshotHeader(
        SnapshotId id,
        Optional<SnapshotId> base,
        Map<String, String> attributes,
        long bytes,
        String arch,
        Optional<String> tree,
        Payload payload) {

    ObjectNode json() {
        ObjectNode message = payload.putInto(Frames.message()).put("id", id.value());
        base.ifPresent(snapshot -> message.put("base", snapshot.value()));
        Fields.put(message, "attributes", attributes);
        message.put("bytes", bytes).put("arch", arch);
        tree.ifPresent(digest -> message.put("tree", digest));
        return message;
    }

    static SnapshotHeader of(ObjectNode message) throws MalformedException {
        try {
            return new SnapshotHeader(
                    Fields.id(message, "id"),
                    Fields.findId(message, "base"),
                    Attributes.checked(Fields.texts(message, "attributes")),
                    Fields.number(message, "bytes"),
                    Fields.words(message, "arch"),
                    Fields.find(message, "tree"),
                    Payload.of(message));
        } catch (IllegalArgumentException e) {
            throw new MalformedException("a snapshot has attributes that cannot be stored: " + e.getMessage());
        }
    }

    /** Whether it is of the snapshot, and on top of the one, that was told of before. */
    boolean isOf(SnapshotId snapshot, Optional<SnapshotId> onTopOf) {
        return id.equals(snapshot) && base.equals(onTopOf);
    }

    SnapshotHeader withTree(String digest) {
        return new SnapshotHeader(id, base, attributes, bytes, arch, Optional.of(digest), payload);
    }

    SnapshotHeader as(Payload other) {
        return new SnapshotHeader(id, base, attributes, bytes, arch, tree, other);
    }
}
