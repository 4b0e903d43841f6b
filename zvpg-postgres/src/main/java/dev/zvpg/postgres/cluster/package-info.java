/**
 * Reads and makes the files of a cluster that no server has to run on: its version, control file, lock, settings, and
 * whether all of it is in its directory. Not part of the API.
 */
@NullMarked
package dev.zvpg.postgres.cluster;

import org.jspecify.annotations.NullMarked;
