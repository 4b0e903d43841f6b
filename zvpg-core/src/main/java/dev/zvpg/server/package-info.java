/**
 * The database-server SPI: how the domain initializes, starts, observes, backs up and stops a server without knowing
 * its binaries. {@code dev.zvpg.postgres} implements it for PostgreSQL.
 */
@NullMarked
package dev.zvpg.server;

import org.jspecify.annotations.NullMarked;
