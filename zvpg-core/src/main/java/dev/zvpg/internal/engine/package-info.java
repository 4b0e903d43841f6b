/**
 * Does what the handles of {@link dev.zvpg} ask for. A verb takes its lock, reads one listing, and is written from top
 * to bottom; what it makes is a {@link dev.zvpg.storage.Draft} or a {@code Replacement}, which undoes what was not
 * finished. A merge into a branch that has moved is noted there until its snapshot is taken; {@code Settlement} brings
 * one to its end that was cut off.
 *
 * <p>Handles call in here; nothing here knows a handle. {@code Operations} has all verbs of an open repository,
 * {@code Context} is what they work with. Not part of the API.
 */
@NullMarked
package dev.zvpg.internal.engine;

import org.jspecify.annotations.NullMarked;
