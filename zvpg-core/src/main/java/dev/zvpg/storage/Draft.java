package dev.zvpg.storage;

import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A new tree that is there for its maker only, until it is published: a volume, or the image of one. It ends with its
 * maker, which is this process; what a killed one leaves is told by {@link Storage#drafts()} and removed by
 * {@link Storage#recover}. It outlives the {@link Storage} object that made it: after that is closed, it is still its
 * maker's, and can be published and closed.
 *
 * <p>Confined to one thread at a time.
 */
public interface Draft extends AutoCloseable {

    /**
     * Where its files are, mounted if need be. They are the caller's to write.
     *
     * @return an absolute path, which stays the same when it is published
     */
    Path directory();

    /**
     * Makes it a volume or a snapshot, with all that was written to it until now, in one step that survives a power
     * cut. From then on closing it destroys nothing, also where this throws although the step was taken.
     *
     * @param attributes its attributes
     * @throws IllegalStateException when it was published or closed already
     */
    void publish(Map<String, String> attributes);

    /**
     * Publishes a volume and destroys another one in the same step. What that occupied is free when this is closed.
     *
     * @param old the volume that it takes the place of
     * @param attributes its attributes
     * @throws NotFoundException when there is no such volume; nothing has changed then
     * @throws IllegalStateException when it was published or closed already
     * @throws UnsupportedOperationException when it is the image of a volume
     */
    void publishInPlaceOf(VolumeId old, Map<String, String> attributes);

    /**
     * Destroys it, unless it was published. Idempotent, and may be called again when it throws.
     *
     * @throws InUseException when a process keeps it busy and the storage cannot let go of it; the message says who
     */
    @Override
    void close();
}
