/**
 * Tells what is different between two states of a database: rows, table by table, sequences, and definitions. {@link
 * dev.zvpg.Snapshot#diff} and {@link dev.zvpg.WorkingCopy#diff} find it.
 */
@NullMarked
package dev.zvpg.diff;

import org.jspecify.annotations.NullMarked;
