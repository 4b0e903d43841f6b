package dev.zvpg.internal.remote;

import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.catalog.Lookup;
import dev.zvpg.internal.catalog.Provenance;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.engine.Context;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.SnapshotId;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Knows the digests of whole trees, each of which is read once: an image does not change. Thread-safe. */
record Digests(Context context) {

    private static final Logger LOG = LoggerFactory.getLogger(Digests.class);

    /** The digest of a snapshot, which may have been taken long ago. */
    String of(SnapshotId id) throws IOException {
        SnapshotRecord image = context.catalog().snapshot(id).orElseThrow(() -> Lookup.gone("snapshot " + id));
        Optional<String> known = image.provenance().sha256();
        if (known.isPresent()) {
            return known.get();
        }
        String digest = new Exports(context).digest(id);
        try {
            context.storage().update(List.of(AttributeChange.set(id, Map.of(Provenance.SHA256, digest))));
        } catch (ZvpgException e) {
            LOG.debug("The digest of snapshot {} is read once more the next time", id, e);
        }
        return digest;
    }
}
