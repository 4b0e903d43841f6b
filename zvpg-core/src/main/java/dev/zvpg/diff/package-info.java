/**
 * Tells what is different between two states of a database: rows, table by table, and sequences. {@link
 * dev.zvpg.Snapshot#diff} and {@link dev.zvpg.WorkingCopy#diff} find it.
 */
@NullMarked
package dev.zvpg.diff;

import org.jspecify.annotations.NullMarked;
