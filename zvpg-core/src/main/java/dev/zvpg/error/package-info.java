/**
 * Says what went wrong, as types that a caller can act on.
 *
 * <p>All are leaves of the sealed {@link dev.zvpg.error.ZvpgException}, named by the condition. A message says what failed, on
 * what, why, and what to do next.
 */
@NullMarked
package dev.zvpg.error;

import org.jspecify.annotations.NullMarked;
