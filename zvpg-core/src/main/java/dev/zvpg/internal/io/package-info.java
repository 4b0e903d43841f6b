/**
 * What every module of the library does with files, once: directories that stay open while root works in them, files
 * that are replaced as a whole, programs of the system, work that no interrupt cuts short.
 *
 * <p><b>Whose tree is it.</b> A data directory belongs to the server's user, and every role that may run programs is
 * that user. A process of that user may exchange any directory in it for a link, at any moment. A path is looked up
 * from its beginning each time that it is used, so root uses none that leads through such a tree: it opens the top,
 * whose parents are root's, and goes down one name at a time, from one {@link dev.zvpg.internal.io.OpenDirectory} to
 * the next.
 *
 * <p>{@link dev.zvpg.internal.io.FileMutex} is the one lock between threads, class loaders and processes;
 * {@link dev.zvpg.internal.io.Claims} and {@link dev.zvpg.internal.io.OwnerLock} tell with it whether whoever is at
 * work on something, or made it, still lives.
 *
 * <p>Not part of the API.
 */
@NullMarked
package dev.zvpg.internal.io;

import org.jspecify.annotations.NullMarked;
