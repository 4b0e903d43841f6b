package dev.zvpg.storage;

/**
 * The identity of a volume, unique in its storage and never used twice.
 *
 * <p>Immutable.
 *
 * @param value 1 to 63 characters: lower-case ASCII letters, digits and hyphens, the first one no hyphen
 */
public record VolumeId(String value) implements StoredId {

    /** Checks the value. */
    public VolumeId {
        Ids.check(value);
    }

    /**
     * Makes an identity that nothing else has: readable, then unique, such as {@code feature-new-api-k3f9q2x1}.
     *
     * @param hint what a reader should recognise; any text
     * @return a new identity
     */
    public static VolumeId generate(String hint) {
        return new VolumeId(Ids.generate(hint));
    }

    @Override
    public String toString() {
        return value;
    }
}
