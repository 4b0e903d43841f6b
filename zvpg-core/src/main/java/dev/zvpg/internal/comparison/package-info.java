/**
 * Holds open what is compared: copies of two revisions, the servers on them, and what those have.
 */
@NullMarked
package dev.zvpg.internal.comparison;

import org.jspecify.annotations.NullMarked;
