package dev.zvpg.internal.wire;

import java.io.IOException;

/** Tells that the other side is not there any more, or not to be heard. */
public final class CutException extends IOException {

    private static final long serialVersionUID = 1L;

    CutException(String message) {
        super(message);
    }

    CutException(IOException cause) {
        super("the connection ended: " + (cause.getMessage() == null ? cause : cause.getMessage()), cause);
    }
}
