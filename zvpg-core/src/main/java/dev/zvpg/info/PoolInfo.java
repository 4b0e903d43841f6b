package dev.zvpg.info;

/**
 * A pool as it was when it was asked for.
 *
 * <p>Immutable.
 *
 * @param size the most servers that it has at once
 * @param ready how many are ready to be leased
 * @param leased how many are leased
 * @param made how many clones it has made since it was opened
 * @param reused how many leases were answered by a clone that had been leased before, since it was opened
 */
public record PoolInfo(int size, int ready, int leased, long made, long reused) {}
