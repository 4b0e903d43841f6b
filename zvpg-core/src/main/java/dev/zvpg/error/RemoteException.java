package dev.zvpg.error;

import org.jspecify.annotations.Nullable;

/**
 * Another repository could not be asked, or did not say what can be used. What had arrived whole before stays, no ref
 * has moved, and the same call goes on from there.
 *
 * <p>Immutable.
 */
public final class RemoteException extends ZvpgException {

    private static final long serialVersionUID = 1L;

    /** What went wrong. */
    public enum Reason {
        /** It cannot be connected to: what {@code ssh} said, no such place, or no {@code zvpg} there. */
        UNREACHABLE,
        /** The connection ended in the middle, or nothing was heard for long. */
        CUT,
        /** What it sent is damaged, or is nothing that a repository sends; nothing of it was used. */
        MALFORMED,
        /** It has another version of the protocol, or data that cannot be used on this machine. */
        INCOMPATIBLE,
        /** It does not let us do that, or could not do it itself; the message has its words. */
        REFUSED
    }

    private final Reason reason;

    /**
     * Creates the exception.
     *
     * @param reason what went wrong
     * @param problem what failed, on what, and why
     * @param advice what to do next, or null
     * @param cause what was caught, or null
     */
    public RemoteException(Reason reason, String problem, @Nullable String advice, @Nullable Throwable cause) {
        super(problem, advice, cause);
        this.reason = reason;
    }

    /**
     * Returns what went wrong.
     *
     * @return a constant
     */
    public Reason reason() {
        return reason;
    }
}
