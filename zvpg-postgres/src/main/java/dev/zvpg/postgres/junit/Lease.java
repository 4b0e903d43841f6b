package dev.zvpg.postgres.junit;

import dev.zvpg.ScratchClone;
import dev.zvpg.postgres.PostgresServer;

/** A running clone that one test, or one class, has to itself until it is closed. Thread-safe. */
interface Lease extends AutoCloseable {

    PostgresServer server();

    /** The clone itself, where it is a scratch one. */
    ScratchClone scratch();

    /**
     * The test has failed.
     *
     * @param database what the test was connected to
     * @return what there is to know beside the log; perhaps empty
     */
    String failed(String database);

    @Override
    void close();
}
