package dev.zvpg.postgres.prepared;

import dev.zvpg.RunningServer;

/**
 * Makes of an empty cluster what others begin with: creates a schema, runs migrations, loads data.
 *
 * <p>It runs once for each key, on a server that nobody else uses, and not in parallel with itself.
 */
@FunctionalInterface
public interface Preparation {

    /**
     * Prepares the cluster. What it leaves connected is disconnected.
     *
     * @param server a running server with an empty database {@code postgres}
     * @throws Exception when it fails; whoever asks for it gets this, and nothing of it is kept
     */
    void prepare(RunningServer server) throws Exception;
}
