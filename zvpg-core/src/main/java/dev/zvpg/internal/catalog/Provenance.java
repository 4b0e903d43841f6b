package dev.zvpg.internal.catalog;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.Attributes;
import dev.zvpg.storage.SnapshotId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a snapshot says of the repositories that it has come through, or that have it as well. Immutable.
 *
 * @param taken when it was taken, where the storage knows only when it came; empty for one that was taken here
 * @param remote the remote that it was fetched from; empty for one that was taken here or pushed to here
 * @param refs the tracking refs that are at it, such as {@code origin/main}
 * @param incoming since when it is here without a ref, because what it belongs to has not arrived as a whole
 * @param wanted since when a transfer builds on it that may have no ref for it yet
 * @param same those who have the same content under its identity
 * @param sha256 the digest of its tree, where somebody has needed it
 * @param isForeign whether it came from elsewhere, so that its superuser has another password in it, whatever is said
 */
public record Provenance(
        Optional<Instant> taken,
        Optional<String> remote,
        Set<String> refs,
        Optional<Instant> incoming,
        Optional<Instant> wanted,
        Set<String> same,
        Optional<String> sha256,
        boolean isForeign) {

    public static final String TAKEN = "taken";
    public static final String REMOTE = "remote";
    public static final String REFS = "refs";
    public static final String INCOMING = "incoming";
    public static final String WANTED = "wanted";
    public static final String SAME = "same";
    public static final String SHA256 = "sha256";

    /** Set by whoever receives it, of a volume as well as of a snapshot, until its superuser has this password. */
    public static final String FOREIGN = "foreign";

    /** Who that superuser is. */
    public static final String SUPERUSER = "superuser";

    /** What a repository says of its own view, and no other one's business. */
    private static final Set<String> LOCAL = Set.of(REMOTE, REFS, INCOMING, WANTED, SAME, SHA256, FOREIGN);

    /** What keeps a snapshot for a while, until a ref does. */
    private static final Set<String> MARKS = Set.of(INCOMING, WANTED);

    private static final String SEPARATOR = "\n";

    /** What one attribute does not hold is in more of them. */
    private static final String MORE_REFS = REFS + "-";

    /** The most attributes for refs of one snapshot, which are some thousand branches. */
    private static final int MOST_ATTRIBUTES = 64;

    public Provenance {
        refs = Set.copyOf(refs);
        same = Set.copyOf(same);
    }

    static Provenance of(ObjectAttributes attributes) {
        return new Provenance(
                attributes.instant(TAKEN),
                attributes.find(REMOTE),
                attributes.values().entrySet().stream()
                        .filter(attribute -> isRefs(attribute.getKey()))
                        .flatMap(attribute -> parse(attribute.getValue()))
                        .collect(Collectors.toSet()),
                attributes.instant(INCOMING),
                attributes.instant(WANTED),
                Set.copyOf(attributes.ids(SAME, name -> name)),
                attributes.find(SHA256),
                attributes.flag(FOREIGN));
    }

    private static Stream<String> parse(String text) {
        return Arrays.stream(text.split(SEPARATOR)).filter(ref -> !ref.isEmpty());
    }

    private static boolean isRefs(String attribute) {
        return attribute.equals(REFS) || attribute.startsWith(MORE_REFS);
    }

    /** Whether an attribute says something of a repository's own view. */
    public static boolean isLocal(String attribute) {
        return LOCAL.contains(attribute) || isRefs(attribute);
    }

    /** The attributes that say which refs are at a snapshot. */
    public static Set<String> refsOf(SnapshotRecord image) {
        return image.stored().attributes().keySet().stream()
                .filter(Provenance::isRefs)
                .collect(Collectors.toSet());
    }

    /** The attributes that keep a snapshot until a ref does. */
    public static Set<String> marksOf(SnapshotRecord image) {
        Set<String> marks = new HashSet<>(MARKS);
        marks.retainAll(image.stored().attributes().keySet());
        return marks;
    }

    /** Says which remotes have the same content under a snapshot's identity. */
    public static AttributeChange same(SnapshotId image, Set<String> remotes) {
        Map<String, String> set = remotes.isEmpty() ? Map.of() : Map.of(SAME, String.join(",", new TreeSet<>(remotes)));
        return new AttributeChange(image, set, Set.of(SAME));
    }

    /** Whether it was pushed here, and no branch has been moved to it or to what follows it. */
    public boolean isPushed() {
        return incoming.isPresent() && remote.isEmpty();
    }

    /** Whether a tracking ref or a transfer in progress keeps it. */
    boolean isKept(Instant now) {
        return !refs.isEmpty()
                || Stream.of(incoming, wanted)
                        .flatMap(Optional::stream)
                        .anyMatch(since -> since.plus(Catalog.INCOMING_PATIENCE).isAfter(now));
    }

    /** The attribute of a volume that continues an image; none where that is this repository's own. */
    public static Map<String, String> foreign(boolean isForeign) {
        return isForeign ? Map.of(FOREIGN, Boolean.toString(true)) : Map.of();
    }

    /**
     * The attributes for other refs; none where there is no ref, so that the attribute goes.
     *
     * @throws ConfigurationException when there are more than a snapshot can have
     */
    public static Map<String, String> refs(Set<String> refs) {
        Map<String, String> attributes = new TreeMap<>();
        String name = REFS;
        for (String ref : new TreeSet<>(refs)) {
            String before = attributes.getOrDefault(name, "");
            String both = before.isEmpty() ? ref : before + SEPARATOR + ref;
            if (both.getBytes(StandardCharsets.UTF_8).length > Attributes.MAX_VALUE_BYTES) {
                if (attributes.size() == MOST_ATTRIBUTES) {
                    throw new ConfigurationException(
                            "one snapshot is the head of " + refs.size() + " branches of remotes, which is too many",
                            "fetch only those that are needed");
                }
                name = MORE_REFS + (attributes.size() + 1);
                both = ref;
            }
            attributes.put(name, both);
        }
        return attributes;
    }
}
