/**
 * Draws histories: {@code History} is what is drawn, {@code GraphLayout} where, the rest in which language. Not part of
 * the API.
 */
@NullMarked
package dev.zvpg.internal.graph;

import org.jspecify.annotations.NullMarked;
