package dev.zvpg.server;

/**
 * What a data directory says of itself.
 *
 * <p>Immutable.
 *
 * @param majorVersion the server's major version that it belongs to, such as {@code 18}
 * @param state whether a server runs on it
 * @param exact whether it is just as far as it was at its last checkpoint: it was stopped cleanly, and nothing was
 *     written since. False for a running server, for one that crashed, and for an image of a running one that has not
 *     been started yet
 */
public record DataDirectory(int majorVersion, State state, boolean exact) {

    /** Whether a server runs on a data directory. */
    public enum State {
        /** No server runs, and the last one stopped cleanly. */
        STOPPED,
        /** A server runs. */
        RUNNING,
        /** No server runs, and the last one did not stop cleanly: the next start recovers from the WAL. */
        CRASHED
    }
}
