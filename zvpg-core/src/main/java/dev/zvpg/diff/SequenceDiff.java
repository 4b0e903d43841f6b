package dev.zvpg.diff;

import java.util.OptionalLong;

/**
 * A sequence that stands elsewhere. After a recovery it stands up to 32 values ahead of the last one that was given
 * out, so that little is no difference.
 *
 * <p>Immutable.
 *
 * @param database the database that it is in
 * @param name schema and name as PostgreSQL writes them
 * @param before where the earlier state's stands; empty where there is none
 * @param after where the later state's stands; empty where there is none
 */
public record SequenceDiff(String database, String name, OptionalLong before, OptionalLong after) {}
