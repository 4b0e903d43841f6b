package dev.zvpg.postgres.junit;

import dev.zvpg.ScratchClone;
import dev.zvpg.postgres.PostgresServer;

/**
 * A clone that ends with its test. Thread-safe.
 *
 * @param scratch a new one, or one from a pool
 */
record ScratchLease(ScratchClone scratch) implements Lease {

    @Override
    public PostgresServer server() {
        return (PostgresServer) scratch.server();
    }

    @Override
    public String failed(String database) {
        return "";
    }

    @Override
    public void close() {
        scratch.close();
    }
}
