package dev.zvpg.internal.catalog;

import dev.zvpg.storage.StoredVolume;
import java.util.Map;
import java.util.TreeMap;

/** What the volume of a scratch clone says of itself. Thread-safe. */
public final class ScratchRecord {

    /** The {@link CopyRecord#KIND} of its volume: nothing but the owner refers to it. */
    public static final String KIND = "scratch";

    public static final String OWNER = "owner";

    private ScratchRecord() {}

    /** All that its volume ever says of itself, so that it is said in the call that makes it. */
    public static Map<String, String> attributes(String repositoryId, String owner) {
        Map<String, String> attributes = new TreeMap<>();
        attributes.put(ObjectAttributes.FORMAT, Integer.toString(ObjectAttributes.CURRENT_FORMAT));
        attributes.put(CopyRecord.REPOSITORY, repositoryId);
        attributes.put(CopyRecord.KIND, KIND);
        attributes.put(OWNER, owner);
        return attributes;
    }

    public static boolean is(StoredVolume volume) {
        return KIND.equals(volume.attributes().get(CopyRecord.KIND));
    }

    /** Who made a scratch volume; see {@link dev.zvpg.internal.io.OwnerLock}. */
    public static String owner(StoredVolume volume) {
        return volume.attributes().getOrDefault(OWNER, "");
    }
}
