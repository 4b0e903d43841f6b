package dev.zvpg.server;

/** Whether a branch's or clone's server runs. */
public enum ServerState {
    /** It runs. */
    RUNNING,
    /** It does not run, and the last one stopped cleanly. */
    STOPPED,
    /**
     * It does not run, and the last one did not stop cleanly: the next start recovers, and nothing committed is lost.
     */
    CRASHED
}
