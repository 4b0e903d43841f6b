package dev.zvpg.internal.engine;

import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ServerException;
import dev.zvpg.internal.catalog.ScratchRecord;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.io.OwnerLock;
import dev.zvpg.server.Server;
import dev.zvpg.server.ServerSpec;
import dev.zvpg.storage.StoredVolume;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The scratch clones in the storage, whoever made them: those of the dead are removed. Thread-safe. */
record OthersScratches(Context context, Scratches scratches) {

    private static final Logger LOG = LoggerFactory.getLogger(OthersScratches.class);

    /** Removes the clones of owners that are dead. */
    void sweep() {
        List<StoredVolume> found = context.catalog().scratches();
        // asked after what they own was listed, because they are there before it is
        List<String> alive = livingOwners(context);
        for (StoredVolume volume : found) {
            if (!alive.contains(ScratchRecord.owner(volume))) {
                LOG.info("Removing volume {}, a scratch clone of a JVM that has ended", volume.id());
                stopAndDiscard(volume.id());
            }
        }
    }

    static List<String> livingOwners(Context context) {
        try {
            return OwnerLock.forgetTheDead(context.home().locks());
        } catch (IOException e) {
            throw IoFailure.of("lock a file in", context.home().locks(), e);
        }
    }

    /** Stops the servers of all owners' clones; for a repository that is being destroyed. */
    void stopAll() {
        for (StoredVolume volume : context.catalog().scratches()) {
            try {
                stop(volume.id());
            } catch (NotFoundException e) {
                LOG.debug("Volume {} is gone already", volume.id());
            }
        }
    }

    /** Removes the clones of all owners; for a repository that is being destroyed. */
    void destroyAll() {
        context.catalog().scratches().forEach(volume -> stopAndDiscard(volume.id()));
    }

    private void stop(VolumeId volume) {
        // its port is in its files; any other will do to ask for it
        ServerSpec spec = scratches.spec(
                volume, context.dataDirectory(volume), context.ports().first(), Map.of());
        context.launcher().find(spec).ifPresent(Server::stopAtOnce);
    }

    private void stopAndDiscard(VolumeId volume) {
        try {
            stop(volume);
        } catch (NotFoundException e) {
            LOG.debug("Volume {} is gone already", volume);
            return;
        } catch (InUseException e) {
            LOG.warn("Volume {} cannot be removed now; the next open() tries again", volume, e);
            return;
        } catch (ServerException e) {
            LOG.warn("The server on volume {} cannot be stopped", volume, e);
        }
        scratches.discardQuietly(volume);
    }
}
