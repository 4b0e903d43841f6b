package dev.zvpg.info;

import dev.zvpg.server.ServerState;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A branch as it was when it was asked for.
 *
 * <p>Immutable.
 *
 * @param id its identity, unique in the repository and never used twice; a rename leaves it as it is
 * @param name its name
 * @param created when it was made
 * @param start the snapshot it began from, written {@code branch@name}; empty for the first branch, and when it was
 *     deleted together with all before it
 * @param head the snapshot that its state follows, written {@code branch@name}; empty before the first one
 * @param state whether its server runs
 * @param port the port that its server listens on, or will
 * @param dataDirectory where its files are
 * @param usedBytes the bytes that come free when it alone goes; empty where the storage does not tell
 * @param referencedBytes the bytes it refers to, shared or not; empty where the storage does not tell
 */
public record BranchInfo(
        String id,
        String name,
        Instant created,
        Optional<String> start,
        Optional<String> head,
        ServerState state,
        int port,
        Path dataDirectory,
        OptionalLong usedBytes,
        OptionalLong referencedBytes) {}
