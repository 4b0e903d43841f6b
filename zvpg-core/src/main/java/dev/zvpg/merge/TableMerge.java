package dev.zvpg.merge;

/**
 * What a merge does to the rows of one table.
 *
 * <p>Immutable.
 *
 * @param database the database that it is in
 * @param name schema and name as PostgreSQL writes them, in the branch that is merged into
 * @param inserted how many rows it gets
 * @param updated how many of its rows get other values
 * @param deleted how many rows it loses
 * @param renumbered how many of the inserted rows got another key than they have in the branch that is merged
 */
public record TableMerge(String database, String name, long inserted, long updated, long deleted, long renumbered) {}
