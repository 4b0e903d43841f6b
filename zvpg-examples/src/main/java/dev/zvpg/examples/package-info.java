/**
 * What shows the library at work: the quick start and the benchmarks.
 *
 * <p>Nothing here is part of the library; everything here uses only its public API.
 */
@NullMarked
package dev.zvpg.examples;

import org.jspecify.annotations.NullMarked;
