package dev.zvpg.server;

/**
 * No tree can be laid over another one here. Checked, because whoever asks must have an answer to it: a copy.
 *
 * <p>Immutable.
 */
public final class OverlayRefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param reason why not, for the user: what was tried, and what stands against it
     */
    public OverlayRefusedException(String reason) {
        super(reason);
    }

    /**
     * Creates the exception.
     *
     * @param reason why not, for the user: what was tried, and what stands against it
     * @param cause what was thrown
     */
    public OverlayRefusedException(String reason, Throwable cause) {
        super(reason, cause);
    }

    /**
     * Returns why not.
     *
     * @return one line
     */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
