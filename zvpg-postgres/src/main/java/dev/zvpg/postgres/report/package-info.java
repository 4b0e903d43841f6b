/**
 * What is said of a server to people whose work on it has failed, and short names of long things. Below everything that
 * tests use.
 */
@NullMarked
package dev.zvpg.postgres.report;

import org.jspecify.annotations.NullMarked;
