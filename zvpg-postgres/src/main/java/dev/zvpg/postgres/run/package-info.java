/**
 * Starts servers, finds those that run, opens the library's sessions on them and ends them. A start is {@code Startup},
 * what it makes a {@code LiveServer}; {@code Sessions} is the one place that opens a connection. Not part of the API.
 */
@NullMarked
package dev.zvpg.postgres.run;

import org.jspecify.annotations.NullMarked;
