package dev.zvpg.server;

import java.nio.file.Path;
import java.util.Map;

/**
 * What to start, and where it listens.
 *
 * <p>Immutable.
 *
 * @param dataDirectory the cluster's files
 * @param runDirectory what belongs to this run: log, socket, access rules; made when absent
 * @param port where to listen on the loopback interface, 1 to 65,535
 * @param credentials the superuser of the cluster
 * @param settings server settings that win over the cluster's own, such as {@code work_mem=256MB}
 * @param lifetime how long the server runs
 * @param original whether these files are what copies are made of, whatever they once were a copy of themselves: it may
 *     do what its own settings say, where a copy would do it a second time, such as running jobs
 */
public record ServerSpec(
        Path dataDirectory,
        Path runDirectory,
        int port,
        Credentials credentials,
        Map<String, String> settings,
        Lifetime lifetime,
        boolean original) {

    /** Checks the port and copies the settings. */
    public ServerSpec {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is not between 1 and 65535");
        }
        settings = Map.copyOf(settings);
    }

    /**
     * Describes a server that outlives the JVM.
     *
     * @param dataDirectory the cluster's files
     * @param runDirectory what belongs to this run
     * @param port where to listen on the loopback interface, 1 to 65,535
     * @param credentials the superuser of the cluster
     * @param settings server settings that win over the cluster's own
     */
    public ServerSpec(
            Path dataDirectory, Path runDirectory, int port, Credentials credentials, Map<String, String> settings) {
        this(dataDirectory, runDirectory, port, credentials, settings, Lifetime.DETACHED);
    }

    /**
     * Describes a server on files that may be a copy of others.
     *
     * @param dataDirectory the cluster's files
     * @param runDirectory what belongs to this run
     * @param port where to listen on the loopback interface, 1 to 65,535
     * @param credentials the superuser of the cluster
     * @param settings server settings that win over the cluster's own
     * @param lifetime how long the server runs
     */
    public ServerSpec(
            Path dataDirectory,
            Path runDirectory,
            int port,
            Credentials credentials,
            Map<String, String> settings,
            Lifetime lifetime) {
        this(dataDirectory, runDirectory, port, credentials, settings, lifetime, false);
    }

    /**
     * Chooses another port.
     *
     * @param port where to listen instead
     * @return a copy
     */
    public ServerSpec withPort(int port) {
        return new ServerSpec(dataDirectory, runDirectory, port, credentials, settings, lifetime, original);
    }
}
