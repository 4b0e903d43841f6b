package dev.zvpg.postgres.os;

import dev.zvpg.error.ServerException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.IoFailure;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Says which exception it is, with {@link IoFailure}, that a server's files cannot be read or written. */
public final class Failures {

    private Failures() {}

    /** The exception for a failed file operation. {@code what} is a sentence's beginning: {@code cannot read FILE}. */
    public static ZvpgException of(String what, IOException cause) {
        return of(what, null, cause);
    }

    /** The same with other advice, where it is not permitted, than to grant the user a right to the file. */
    public static ZvpgException of(String what, @Nullable String allowed, IOException cause) {
        return IoFailure.of(what, allowed, cause, reason -> new ServerException(what + ": " + reason, cause));
    }
}
