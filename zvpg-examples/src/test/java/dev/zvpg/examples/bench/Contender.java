package dev.zvpg.examples.bench;

/** One way to come to a fresh database that answers. */
interface Contender extends AutoCloseable {

    /** How tables and figures call it. */
    String name();

    /** From nothing to the answer to a first query; this is timed. */
    void fresh() throws Exception;

    /** Throws away what {@link #fresh} made; this is not timed. */
    void discard() throws Exception;

    /** Ends whatever it needed for all its rounds. */
    @Override
    default void close() throws Exception {}
}
