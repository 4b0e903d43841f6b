/**
 * Tells facts of a moment: records that {@code info()}, {@code status()} and {@code doctor()} return, and the events
 * that {@link dev.zvpg.Repository#listen} tells. All are immutable, and none of them does anything.
 */
@NullMarked
package dev.zvpg.info;

import org.jspecify.annotations.NullMarked;
