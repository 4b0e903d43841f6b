package dev.zvpg.internal.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zvpg.internal.tree.MalformedException;
import dev.zvpg.storage.Streams;
import java.util.Optional;

/**
 * What a receiver can take a snapshot as, beside a tree of files. Immutable.
 *
 * @param format its storage's own
 * @param owner whose files it can use as they are, because nobody can change those in an image
 * @param have what it has
 */
record Offer(String format, String owner, Streams.Have have) {

    private static final String STREAM = "stream";

    /** Adds it to a message. */
    void putInto(ObjectNode message) {
        ObjectNode stream = message.putObject(STREAM).put("format", format).put("owner", owner);
        have.base().ifPresent(base -> stream.put("base", base));
        have.partial().ifPresent(partial -> stream.put("partial", partial));
        have.without().ifPresent(without -> stream.put("without", without));
    }

    static Optional<Offer> find(ObjectNode message) throws MalformedException {
        JsonNode stream = message.path(STREAM);
        if (!stream.isObject()) {
            return Optional.empty();
        }
        return Optional.of(new Offer(
                Fields.text(stream, "format"),
                Fields.text(stream, "owner"),
                new Streams.Have(
                        Fields.find(stream, "base"), Fields.find(stream, "partial"), Fields.find(stream, "without"))));
    }
}
