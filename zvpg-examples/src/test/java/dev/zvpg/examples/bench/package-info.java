/**
 * What ZVPG costs, next to what people use today, in one run on this machine.
 *
 * <p>{@code Bench} is the program. A {@code Ground} is a file system to measure on; a {@code Scenario} measures one
 * thing there. What is compared takes turns, round by round, so that whatever else the machine does meets all of them;
 * the figures are medians and 95th percentiles, and the ratios count. A {@code Contender} makes a fresh database and
 * asks it one thing: the floor (a bare {@code postgres} on the same data), ZVPG, and its peers. Whole suites of tests
 * are in {@code suite}, and {@code report} tells what comes out. What came out is in {@code FIGURES.md} of this module.
 *
 * <p>Nothing here is thread-safe.
 */
@NullMarked
package dev.zvpg.examples.bench;

import org.jspecify.annotations.NullMarked;
