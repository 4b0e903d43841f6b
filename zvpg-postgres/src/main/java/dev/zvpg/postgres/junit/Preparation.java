package dev.zvpg.postgres.junit;

import dev.zvpg.RunningServer;

/**
 * Makes of an empty cluster what the tests begin with: creates a schema, runs migrations, loads data.
 *
 * <p>It runs once for each key, on a server that nobody else uses, and not in parallel with itself.
 */
@FunctionalInterface
public interface Preparation {

    /**
     * Prepares the cluster. What it leaves connected is disconnected.
     *
     * @param server a running server with an empty database {@code postgres}
     * @throws Exception when it fails; the tests that ask for it fail with this, and nothing of it is kept
     */
    void prepare(RunningServer server) throws Exception;
}
