/**
 * The processes of servers: the parent of those that end with this JVM ({@code Supervisor}), who sends them signals, and
 * the lock that they hold. Not part of the API.
 */
@NullMarked
package dev.zvpg.postgres.process;

import org.jspecify.annotations.NullMarked;
