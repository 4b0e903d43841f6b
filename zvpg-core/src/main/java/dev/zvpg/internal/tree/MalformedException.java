package dev.zvpg.internal.tree;

import java.io.IOException;

/** Tells that what came is not what a sender of ours writes, so nothing of it is used. */
public final class MalformedException extends IOException {

    private static final long serialVersionUID = 1L;

    public MalformedException(String message) {
        super(message);
    }
}
