/**
 * Where other repositories are, and what comes of asking them: remotes, options, results.
 *
 * <p>Everything here is immutable. A {@link dev.zvpg.remote.Remote} holds nothing open: each call connects, and lets go.
 */
@NullMarked
package dev.zvpg.remote;

import org.jspecify.annotations.NullMarked;
