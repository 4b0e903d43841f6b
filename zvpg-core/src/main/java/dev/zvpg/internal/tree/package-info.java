/**
 * The payload {@code tree-1}: what a tree of files has that another one, which the receiver has as well, has not. Not
 * part of the API.
 *
 * <p>Whoever receives believes nothing: every name, size, mode and link is looked at before anything is written, and
 * what is wrong is a {@link dev.zvpg.internal.tree.MalformedException}.
 */
@NullMarked
package dev.zvpg.internal.tree;

import org.jspecify.annotations.NullMarked;
