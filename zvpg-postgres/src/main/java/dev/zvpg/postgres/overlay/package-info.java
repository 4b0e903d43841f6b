/**
 * What is mounted for scratch clones, for nobody but their servers: a namespace of mounts, the shell that mounts there,
 * and what stands on the upper side of an overlay ({@code UpperSide}). Not part of the API.
 */
@NullMarked
package dev.zvpg.postgres.overlay;

import org.jspecify.annotations.NullMarked;
