package dev.zvpg.internal.remote;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zvpg.error.RemoteException;
import dev.zvpg.internal.engine.Context;
import dev.zvpg.internal.tree.MalformedException;
import dev.zvpg.internal.wire.Frames;
import java.util.List;

/**
 * What each side says first. Immutable.
 *
 * @param repository the identity of the repository
 * @param version that of its servers, such as {@code 18.6}
 * @param arch the machine, such as {@code amd64}: data files are laid out for it
 * @param storage its storage, in words
 * @param path where the repository is that is wanted; empty for the one that is served anyway
 */
record Hello(String repository, String version, String arch, String storage, String path) {

    /** The version of the protocol. */
    private static final int PROTOCOL = 1;

    static Hello of(Context context, String path) {
        return new Hello(
                context.repositoryId(),
                context.launcher().version(),
                ourArch(),
                context.storage().toString(),
                path);
    }

    static String ourArch() {
        return System.getProperty("os.arch", "unknown");
    }

    ObjectNode json() {
        ObjectNode message = Frames.message();
        message.put("zvpg", PROTOCOL).putArray("formats").add(Payload.TREE_1);
        return message.put("repository", repository)
                .put("version", version)
                .put("arch", arch)
                .put("storage", storage)
                .put("path", path);
    }

    static Hello of(ObjectNode message) throws MalformedException {
        long protocol = Fields.number(message, "zvpg");
        boolean speaksTree = false;
        for (var format : message.path("formats")) {
            speaksTree |= format.asText().equals(Payload.TREE_1);
        }
        if (protocol != PROTOCOL || !speaksTree) {
            throw new RemoteException(
                    RemoteException.Reason.INCOMPATIBLE,
                    "the other side speaks version " + protocol + " of zvpg's protocol with other formats than "
                            + List.of(Payload.TREE_1) + ", and this one version " + PROTOCOL,
                    "use the same version of zvpg on both sides",
                    null);
        }
        return new Hello(
                Fields.text(message, "repository"),
                Fields.words(message, "version"),
                Fields.words(message, "arch"),
                Fields.words(message, "storage"),
                Fields.text(message, "path"));
    }
}
