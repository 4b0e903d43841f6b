/**
 * Finds PostgreSQL's programs: on the path, in a directory, or on the class path, from where they are unpacked into a
 * cache. Not part of the API.
 */
@NullMarked
package dev.zvpg.postgres.install;

import org.jspecify.annotations.NullMarked;
