package dev.zvpg;

import dev.zvpg.server.Server;
import dev.zvpg.storage.StoredVolume;
import dev.zvpg.storage.VolumeId;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * A volume that lives as long as its owner, and the server on it.
 *
 * <p>Thread-safe.
 */
final class Scratch {

    /** The {@link CopyRecord#KIND} of its volume: nothing but the owner refers to it. */
    static final String KIND = "scratch";

    private static final String OWNER = "owner";

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

    /** All that its volume ever says of itself, so that it is said in the call that makes it. */
    static Map<String, String> attributes(String repositoryId, String owner) {
        Map<String, String> attributes = new TreeMap<>();
        attributes.put(ObjectAttributes.FORMAT, Integer.toString(ObjectAttributes.CURRENT_FORMAT));
        attributes.put(CopyRecord.REPOSITORY, repositoryId);
        attributes.put(CopyRecord.KIND, KIND);
        attributes.put(OWNER, owner);
        return attributes;
    }

    static boolean is(StoredVolume volume) {
        return KIND.equals(volume.attributes().get(CopyRecord.KIND));
    }

    /** Who made a scratch volume; see {@link dev.zvpg.internal.io.OwnerLock}. */
    static String owner(StoredVolume volume) {
        return volume.attributes().getOrDefault(OWNER, "");
    }

    VolumeId volume() {
        return volume;
    }

    /** The snapshot that it is a clone of, as it was written then. */
    String ref() {
        return ref;
    }

    Path dataDirectory() {
        return dataDirectory;
    }

    Server server() {
        return server;
    }

    boolean hasEnded() {
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
