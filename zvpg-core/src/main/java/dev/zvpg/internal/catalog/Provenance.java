package dev.zvpg.internal.catalog;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a snapshot says of the repositories that it has come through, or that have it as well. Immutable.
 *
 * @param taken when it was taken, where the storage knows only when it came; empty for one that was taken here
 * @param remote the remote that it was fetched from; empty for one that was taken here or pushed to here
 * @param refs the tracking refs that are at it, such as {@code origin/main}
 * @param incoming since when it is here without a ref, because what it belongs to has not arrived as a whole
 * @param isForeign whether it came from elsewhere, so that its superuser has another password in it, whatever is said
 */
public record Provenance(
        Optional<Instant> taken,
        Optional<String> remote,
        Set<String> refs,
        Optional<Instant> incoming,
        boolean isForeign) {

    public static final String TAKEN = "taken";
    public static final String REMOTE = "remote";
    public static final String REFS = "refs";
    public static final String INCOMING = "incoming";

    /** Set by whoever receives it, of a volume as well as of a snapshot, until its superuser has this password. */
    public static final String FOREIGN = "foreign";

    /** Who that superuser is. */
    public static final String SUPERUSER = "superuser";

    /** What a repository says of its own view, and no other one's business. */
    public static final Set<String> LOCAL = Set.of(REMOTE, REFS, INCOMING, FOREIGN);

    /** The refs that one snapshot can be at are what an attribute holds. */
    private static final String SEPARATOR = "\n";

    public Provenance {
        refs = Set.copyOf(refs);
    }

    static Provenance of(ObjectAttributes attributes) {
        return new Provenance(
                attributes.instant(TAKEN),
                attributes.find(REMOTE),
                attributes.read(REFS, "names of refs", Provenance::parse).orElse(Set.of()),
                attributes.instant(INCOMING),
                attributes.flag(FOREIGN));
    }

    private static Set<String> parse(String text) {
        return text.isEmpty() ? Set.of() : Set.copyOf(List.of(text.split(SEPARATOR)));
    }

    /** Whether it was pushed here, and no branch has been moved to it or to what follows it. */
    public boolean isPushed() {
        return incoming.isPresent() && remote.isEmpty();
    }

    /** Whether a tracking ref or a transfer in progress keeps it. */
    boolean isKept(Instant now) {
        return !refs.isEmpty()
                || incoming.filter(
                                since -> since.plus(Catalog.INCOMING_PATIENCE).isAfter(now))
                        .isPresent();
    }

    /** The attribute of a volume that continues an image; none where that is this repository's own. */
    public static Map<String, String> foreign(boolean isForeign) {
        return isForeign ? Map.of(FOREIGN, Boolean.toString(true)) : Map.of();
    }

    /** The attribute for other refs; none of them where there is no ref, so that the attribute goes. */
    public static Map<String, String> refs(Set<String> refs) {
        return refs.isEmpty() ? Map.of() : Map.of(REFS, String.join(SEPARATOR, new TreeSet<>(refs)));
    }
}
