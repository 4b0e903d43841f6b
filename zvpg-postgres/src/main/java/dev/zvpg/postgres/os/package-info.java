/**
 * Asks the operating system: processes, users, programs that are run as another user, and places that only one user can
 * reach. Knows nothing of PostgreSQL. Not part of the API.
 */
@NullMarked
package dev.zvpg.postgres.os;

import org.jspecify.annotations.NullMarked;
