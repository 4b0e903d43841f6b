package dev.zvpg;

/**
 * How thorough a run of the tests is. {@code ./mvnw verify} takes less of what is slow and rarely breaks: shorter
 * random walks, fewer kills, only the oldest and the newest version. {@code ./mvnw verify -Pfull} takes all of it, and
 * the classes and methods with the tag {@link #FULL}.
 */
public final class Effort {

    /** The tag of what only a full run has. */
    public static final String FULL = "full";

    /**
     * The tag of what is the same for whoever runs it: no process of another user, no permission, no file system takes part
     * in what it is about. One run by one user is enough.
     */
    public static final String ANYBODY = "anybody";

    private static final String PROPERTY = "zvpg.test.full";

    private Effort() {}

    /**
     * Whether this is a full run.
     *
     * @return true with {@code -Pfull}
     */
    public static boolean isFull() {
        return Boolean.getBoolean(PROPERTY);
    }

    /**
     * Chooses how much to do.
     *
     * @param usual in a usual run
     * @param full in a full one
     * @return one of both
     */
    public static int of(int usual, int full) {
        return isFull() ? full : usual;
    }
}
