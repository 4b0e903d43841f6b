package dev.zvpg.internal.catalog;

import dev.zvpg.error.Problem;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StoredId;
import java.util.Optional;

/**
 * An object of the repository that cannot be read: nothing is done to it, and what it may refer to is kept. Immutable.
 *
 * @param name the name that no other branch or clone can have; empty where it takes none
 * @param problem what is wrong with it
 */
public record Unreadable(StoredId id, String name, Problem problem) {

    static Unreadable of(ObjectAttributes attributes, ObjectAttributes.UnreadableException e) {
        boolean isSnapshot = attributes.object() instanceof SnapshotId;
        Optional<String> name = attributes.find(CopyRecord.NAME);
        Problem problem = new Problem(
                (isSnapshot ? "snapshot " : "volume ") + attributes.object()
                        + name.map(known -> " (" + known + ")").orElse("")
                        + " cannot be read, and nobody can use it: " + e.getMessage(),
                "put the attribute right with the storage's own tools; until then nothing is removed as unreachable");
        return new Unreadable(attributes.object(), isSnapshot ? "" : name.orElse(""), problem);
    }
}
