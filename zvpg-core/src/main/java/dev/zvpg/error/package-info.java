/**
 * Says what went wrong, as types that a caller can act on.
 *
 * <p>All are leaves of the sealed {@link dev.zvpg.error.ZvpgException}, named by the condition. What failed and what
 * to do next are data; the message is both. A thread that is interrupted gets an
 * {@link dev.zvpg.error.OperationInterruptedException}, whatever it waited for.
 */
@NullMarked
package dev.zvpg.error;

import org.jspecify.annotations.NullMarked;
