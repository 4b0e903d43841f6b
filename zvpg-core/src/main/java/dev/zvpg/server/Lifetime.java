package dev.zvpg.server;

/** How long a server runs. */
public enum Lifetime {

    /** Until somebody stops it: it outlives the JVM that started it. */
    DETACHED,

    /**
     * No longer than the JVM that started it: it ends when that exits and also when that is killed, within a second.
     * Its data is meant to be thrown away, so it ends as at a crash then.
     */
    ATTACHED
}
