/**
 * Keeps what a repository has beside its storage: the home directory with its marker and credentials, and the locks.
 * Not part of the API.
 */
@NullMarked
package dev.zvpg.internal.home;

import org.jspecify.annotations.NullMarked;
