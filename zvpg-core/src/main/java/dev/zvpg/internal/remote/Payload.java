package dev.zvpg.internal.remote;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zvpg.internal.tree.MalformedException;

/**
 * As what the content of a snapshot is sent. Immutable.
 *
 * @param format {@link #TREE_1}, or what a storage calls its own
 * @param resumed whether it goes on where an earlier transfer was cut off
 */
record Payload(String format, boolean resumed) {

    /** The format that every repository can send and receive. */
    static final String TREE_1 = "tree-1";

    static final Payload TREE = new Payload(TREE_1, false);

    boolean isTree() {
        return format.equals(TREE_1);
    }

    /** Adds it to a message. */
    ObjectNode putInto(ObjectNode message) {
        message.put("format", format);
        return resumed ? message.put("resumed", true) : message;
    }

    static Payload of(ObjectNode message) throws MalformedException {
        return new Payload(Fields.words(message, "format"), Fields.flag(message, "resumed"));
    }
}
