/**
 * Carries changes of definitions from one database over to another: what two branches have made of one, so that a merge has
 * both.
 *
 * <p>{@link dev.zvpg.postgres.ddl.SchemaMerge} works on copies of the base, of theirs and of ours. Names come first
 * ({@link dev.zvpg.postgres.ddl.Renames}): what has the same number in all three is the same object, and gets the same name
 * everywhere; a script by name would drop it and make another one. So do values of enumerations and columns whose old rows
 * have a value that was worked out when they were added ({@link dev.zvpg.postgres.ddl.EnumLabels},
 * {@link dev.zvpg.postgres.ddl.MissingValues}). The rest is a script that {@link dev.zvpg.postgres.ddl.PgCodeKeeper}
 * writes. {@link dev.zvpg.postgres.ddl.Alteration} runs all of it in a merge's transaction, around the changes of rows, and
 * then looks at what came of it: what is not as theirs has it must be a change of ours, and no change of ours may be lost.
 *
 * <p>{@link dev.zvpg.postgres.ddl.DefinitionScripts} does the same between two states, in a copy of the earlier one, and keeps
 * the statements.
 */
@NullMarked
package dev.zvpg.postgres.ddl;

import org.jspecify.annotations.NullMarked;
