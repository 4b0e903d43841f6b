package dev.zvpg.storage;

/**
 * The identity of a snapshot, unique in its storage and never used twice.
 *
 * <p>Immutable.
 *
 * @param value 1 to 63 characters: lower-case ASCII letters, digits and hyphens, the first one no hyphen
 */
public record SnapshotId(String value) implements StoredId {

    /** Checks the value. */
    public SnapshotId {
        Ids.check(value);
    }

    /**
     * Makes an identity that nothing else has: readable, then unique, such as {@code v1-k3f9q2x1}.
     *
     * @param hint what a reader should recognise; any text
     * @return a new identity
     */
    public static SnapshotId generate(String hint) {
        return new SnapshotId(Ids.generate(hint));
    }

    @Override
    public String toString() {
        return value;
    }
}
