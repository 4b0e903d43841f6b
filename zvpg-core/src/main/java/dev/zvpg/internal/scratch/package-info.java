/**
 * Makes the trees that scratch clones run on, by whatever way costs least here. Not part of the API.
 *
 * <p>A tree is a draft of the storage, so nothing here has to find what a crash has left.
 */
@NullMarked
package dev.zvpg.internal.scratch;

import org.jspecify.annotations.NullMarked;
