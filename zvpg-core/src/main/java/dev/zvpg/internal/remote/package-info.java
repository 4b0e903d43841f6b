/**
 * Push, pull and fetch between repositories. Not part of the API.
 *
 * <p>A {@code Peer} is another repository, or a place that keeps what repositories give it. Objects go first, oldest
 * first, each whole or not at all; refs go last, by compare-and-set. Nothing is ever deleted: refs move, and what nobody
 * reaches any more is garbage as ever. What was received and has no ref yet is marked, and kept for a week, so the next
 * transfer goes on where one was cut; the sender keeps nothing but what it has learned of its own snapshots.
 *
 * <p>An identity is only a name. What both sides have under one is compared before a transfer builds on it, once, unless
 * it has gone from the one to the other; the digest of an image is kept, and taken only where somebody needs it. What a
 * transfer was told to be there is kept for it, as what it brings is.
 *
 * <p>What a repository says of its own view (which remote a snapshot came from, where tracking refs are) does not travel,
 * and neither does a secret. All that comes is believed by nobody before it was looked at.
 */
@NullMarked
package dev.zvpg.internal.remote;

import org.jspecify.annotations.NullMarked;
