package dev.zvpg.internal.engine;

import dev.zvpg.server.Server;
import dev.zvpg.storage.VolumeId;
import java.nio.file.Path;

/**
 * A volume that lives as long as its owner, and the server on it.
 *
 * <p>Thread-safe.
 */
public final class Scratch {

    private final VolumeId volume;
    private final String ref;
    private final Path dataDirectory;
    private final Server server;
    private volatile boolean ended;

    Scratch(VolumeId volume, String ref, Path dataDirectory, Server server) {
        this.volume = volume;
        this.ref = ref;
        this.dataDirectory = dataDirectory;
        this.server = server;
    }

    VolumeId volume() {
        return volume;
    }

    /** The snapshot that it is a clone of, as it was written then. */
    public String ref() {
        return ref;
    }

    public Path dataDirectory() {
        return dataDirectory;
    }

    public Server server() {
        return server;
    }

    public boolean hasEnded() {
        return ended;
    }

    void markEnded() {
        ended = true;
    }

    @Override
    public String toString() {
        return "scratch clone " + volume + " of " + ref;
    }
}
