package dev.zvpg.internal.engine;

import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.server.Server;
import dev.zvpg.server.ServerSpec;
import dev.zvpg.storage.StoredDraft;
import dev.zvpg.storage.VolumeId;
import java.time.Instant;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The drafts in the storage, whoever made them, and the servers that may still run on them. Thread-safe. */
record OthersScratches(Context context, Scratches scratches) {

    private static final Logger LOG = LoggerFactory.getLogger(OthersScratches.class);

    /**
     * Removes what the storage's verbs left when they were cut off, the drafts of the dead, and what nobody has gone on
     * to receive for a week.
     */
    void sweep() {
        Instant old = context.clock().instant().minus(Catalog.INCOMING_PATIENCE);
        context.storage()
                .streams()
                .ifPresent(streams -> streams.partials().stream()
                        .filter(partial -> partial.heard().isBefore(old))
                        .forEach(partial -> streams.discard(partial.snapshot())));
        context.storage().recover(volume -> {
            LOG.info("Removing volume {}, which a JVM that has ended was making or had as a scratch clone", volume);
            return stopIfPossible(volume);
        });
    }

    /** Stops the servers on all drafts, or throws; for a repository that is being destroyed. */
    void stopAll() {
        context.storage().drafts().forEach(draft -> stop(draft.id()));
    }

    /** Removes all drafts; for a repository that is being destroyed. */
    void destroyAll() {
        for (StoredDraft draft : context.storage().drafts()) {
            stop(draft.id());
            context.discard(draft.id());
        }
        context.storage()
                .streams()
                .ifPresent(streams -> streams.partials().forEach(partial -> streams.discard(partial.snapshot())));
    }

    private void stop(VolumeId volume) {
        // its port is in its files; any other will do to ask for it
        ServerSpec spec =
                scratches.spec(volume, context.location(volume), context.ports().first(), Map.of());
        context.launcher().find(spec).ifPresent(Server::stopAtOnce);
    }

    /** Tells whether none runs any more. */
    private boolean stopIfPossible(VolumeId volume) {
        try {
            stop(volume);
            return true;
        } catch (ZvpgException e) {
            LOG.warn("The server on volume {} cannot be stopped; the next open() tries again", volume, e);
            return false;
        }
    }
}
