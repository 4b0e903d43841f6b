/**
 * Copies clusters, by their files or from a running server, and makes copies harmless. Not part of the API.
 */
@NullMarked
package dev.zvpg.postgres.copy;

import org.jspecify.annotations.NullMarked;
