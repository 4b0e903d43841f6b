package dev.zvpg.internal.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.error.PermissionException;
import dev.zvpg.error.RemoteException;
import dev.zvpg.error.StorageException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.tree.MalformedException;
import dev.zvpg.internal.wire.CutException;
import dev.zvpg.internal.wire.Frames;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What goes wrong between two repositories, as a message and as an exception. Thread-safe. */
final class Problems {

    private static final String ERROR = "error";

    private Problems() {}

    /** Says what went wrong here to the other side. */
    static ObjectNode message(ZvpgException e) {
        ObjectNode message = Frames.message();
        ObjectNode error = message.putObject(ERROR)
                .put("kind", e.getClass().getSimpleName())
                .put("problem", e.problem());
        e.advice().ifPresent(advice -> error.put("advice", advice));
        if (e instanceof RemoteException remote) {
            error.put("reason", remote.reason().name());
        }
        return message;
    }

    /** Throws what the other side says, if that is what went wrong there. */
    static ObjectNode requireNone(ObjectNode message) throws MalformedException {
        JsonNode error = message.path(ERROR);
        if (error.isMissingNode()) {
            return message;
        }
        String problem = "the other side says: " + Fields.words(error, "problem");
        String said = Fields.words(error, "advice");
        @Nullable String advice = said.isEmpty() ? null : said;
        throw switch (Fields.words(error, "kind")) {
            case "NotFoundException" ->
                advice == null ? new NotFoundException(problem) : new NotFoundException(problem, advice);
            case "OutOfSpaceException" ->
                new OutOfSpaceException(problem, advice == null ? "free some space there" : advice);
            case "PermissionException" ->
                new PermissionException(problem, advice == null ? "ask whoever owns the other repository" : advice);
            case "InUseException" -> new InUseException(problem, advice);
            default -> new RemoteException(reason(error), problem, advice, null);
        };
    }

    private static RemoteException.Reason reason(JsonNode error) throws MalformedException {
        String reason = Fields.words(error, "reason");
        for (RemoteException.Reason known : RemoteException.Reason.values()) {
            if (known.name().equals(reason) && known != RemoteException.Reason.CUT) {
                return known;
            }
        }
        return RemoteException.Reason.REFUSED;
    }

    /**
     * Makes what a caller can act on of what went wrong between the two.
     *
     * @param what the beginning of a sentence, such as {@code cannot fetch from origin}
     */
    static ZvpgException of(String what, IOException e) {
        if (e instanceof MalformedException) {
            return new RemoteException(
                    RemoteException.Reason.MALFORMED,
                    what + ": " + e.getMessage(),
                    "nothing of it was used; try again, and if it comes back, use the same version of zvpg on both sides",
                    e);
        }
        if (e instanceof CutException) {
            return new RemoteException(
                    RemoteException.Reason.CUT,
                    what + ": " + e.getMessage(),
                    "call it again, which goes on with the snapshot that was on its way",
                    e);
        }
        String[] words = what.split(" ", 3); // cannot VERB TARGET
        return IoFailure.of(what, null, e, reason -> new StorageException(words[1], words[2], reason, e));
    }
}
