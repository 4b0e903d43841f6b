package dev.zvpg.info;

import java.util.OptionalLong;

/**
 * The space that all branches, clones and snapshots of a repository take together. A figure is empty where the storage
 * does not tell it.
 *
 * <p>Immutable.
 *
 * @param usedBytes the bytes that only one of them refers to: the sum of what comes free when each goes alone
 * @param referencedBytes the bytes that they would take if they shared nothing: the sum of what each refers to
 * @param sharedBytes the part of {@code referencedBytes} that is shared, counted once for each that shares it
 */
public record Space(OptionalLong usedBytes, OptionalLong referencedBytes, OptionalLong sharedBytes) {}
