package dev.zvpg.server;

/**
 * Somebody else listens on the port. Checked, because whoever starts servers must have an answer to it: the next port,
 * or an error that names the one who has it.
 *
 * <p>Immutable.
 */
public final class PortTakenException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int port;

    /**
     * Creates the exception.
     *
     * @param port the port that is taken
     */
    public PortTakenException(int port) {
        super("port " + port + " is taken");
        this.port = port;
    }

    /**
     * Returns the port that is taken.
     *
     * @return 1 to 65,535
     */
    public int port() {
        return port;
    }
}
