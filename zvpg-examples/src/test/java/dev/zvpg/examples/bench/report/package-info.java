/**
 * What comes out of the benchmark, and how it is told.
 *
 * <p>{@code Samples} are the times that one thing took; a {@code Figure} is one number, perhaps with a bar to keep to;
 * a {@code Comparison} is several things side by side, and a {@code Chart} draws it. A {@code Report} collects them.
 *
 * <p>Nothing here is thread-safe, but for the {@code Console}.
 */
@NullMarked
package dev.zvpg.examples.bench.report;

import org.jspecify.annotations.NullMarked;
