/**
 * What more than one part of the library needs of files and threads, once each. Exported to the library's own modules only.
 *
 * <p>{@link dev.zvpg.internal.io.FileMutex} is the one lock between threads, class loaders and processes;
 * {@link dev.zvpg.internal.io.OwnerLock} tells with it whether whoever made something still lives.
 */
@NullMarked
package dev.zvpg.internal.io;

import org.jspecify.annotations.NullMarked;
