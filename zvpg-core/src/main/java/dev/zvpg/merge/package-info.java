/**
 * Says what a three-way merge does to the rows of a branch, and what stands in its way: {@link dev.zvpg.Branch#merge}
 * takes {@link MergeOptions}, and throws a {@link dev.zvpg.error.MergeConflictException}.
 */
@NullMarked
package dev.zvpg.merge;

import org.jspecify.annotations.NullMarked;
