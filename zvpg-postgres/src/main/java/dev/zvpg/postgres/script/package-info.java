/**
 * Writes the statements that make of a database in an earlier state what it is in a later one.
 *
 * <p>{@link dev.zvpg.postgres.script.DatabaseScript} puts them in order: the definitions of {@link
 * dev.zvpg.postgres.ddl.DefinitionScript}, then the rows, a statement for each ({@link dev.zvpg.postgres.script.RowScript}),
 * then where sequences stand. How a row is written is what a merge found out about its table.
 */
@NullMarked
package dev.zvpg.postgres.script;

import org.jspecify.annotations.NullMarked;
