/**
 * Tells what has changed in a cluster: since a snapshot ({@code Positions}, {@code Housekeeping}), and since a scratch
 * clone was leased ({@code ClusterBaseline}). Not part of the API.
 */
@NullMarked
package dev.zvpg.postgres.unchanged;

import org.jspecify.annotations.NullMarked;
