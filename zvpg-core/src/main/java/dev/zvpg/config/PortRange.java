package dev.zvpg.config;

/**
 * The ports that servers of a repository may listen on.
 *
 * <p>Immutable.
 *
 * @param first the lowest, 1,024 to 65,535
 * @param last the highest, {@code first} to 65,535
 */
public record PortRange(int first, int last) {

    /** 6000 to 6999: below the ports that Linux hands out to outgoing connections. */
    public static final PortRange DEFAULT = new PortRange(6000, 6999);

    /** Checks the bounds. */
    public PortRange {
        if (first < 1024 || last > 65_535 || first > last) {
            throw new IllegalArgumentException("ports " + first + " to " + last
                    + " are no range between 1024 and 65535; give the lower one first");
        }
    }

    /**
     * Tells whether a port lies in the range.
     *
     * @param port any number
     * @return true when it does
     */
    public boolean contains(int port) {
        return first <= port && port <= last;
    }

    @Override
    public String toString() {
        return first + "-" + last;
    }
}
