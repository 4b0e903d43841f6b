package dev.zvpg.storage;

import java.nio.file.Path;

/**
 * A draft that is laid over the image of a snapshot: by itself it is empty, and whoever lays it over keeps there what
 * the result needs. It can be published once it was {@linkplain #fill filled}.
 *
 * <p>Confined to one thread at a time.
 */
public interface OverlayDraft extends Draft {

    /**
     * Returns where the image is that it is laid over, which stays there until the draft ends.
     *
     * @return an absolute path; the tree below it must not be written
     */
    Path lower();

    /**
     * Copies into it what is to be published: all of it, so that nothing is laid over anything any more. What was kept
     * in it until then is removed by publishing it.
     *
     * @param merged what the draft and the image together look like, to which nobody writes meanwhile
     * @param progress told about the copy's progress
     */
    void fill(Path merged, CopyProgress progress);
}
