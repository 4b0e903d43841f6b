package dev.zvpg.server;

import dev.zvpg.error.ServerException;

/**
 * A server and its cluster as they were at one moment, to be compared with what somebody made of them since.
 *
 * <p>Confined to one thread at a time.
 */
public interface Baseline {

    /**
     * Ends every session on the server, and tells whether all of it provably is as it was. When it is, the baseline is
     * from then on that of this moment. What cannot be proven counts as changed, so false does not mean that it
     * changed.
     *
     * @return true only when it was proven
     * @throws ServerException when the server does not answer; it may have changed then
     */
    boolean stillHolds();
}
