package dev.zvpg.info;

import dev.zvpg.Repository;
import dev.zvpg.server.ServerState;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A clone as it was when it was asked for.
 *
 * <p>Immutable.
 *
 * @param id its identity, unique in the repository and never used twice
 * @param name its name
 * @param created when it was made
 * @param snapshot the snapshot it is a copy of, written {@code branch@name}; empty when that was deleted since
 * @param state whether its server runs
 * @param port the port that its server listens on, or will
 * @param dataDirectory where its files are
 * @param expires from when on the next {@link Repository#deleteExpired()} deletes it; empty for never
 * @param isProtected whether it can neither be deleted nor expire
 * @param usedBytes the bytes that come free when it alone goes; empty where the storage does not tell
 * @param referencedBytes the bytes it refers to, shared or not; empty where the storage does not tell
 */
public record CloneInfo(
        String id,
        String name,
        Instant created,
        Optional<String> snapshot,
        ServerState state,
        int port,
        Path dataDirectory,
        Optional<Instant> expires,
        boolean isProtected,
        OptionalLong usedBytes,
        OptionalLong referencedBytes) {}
