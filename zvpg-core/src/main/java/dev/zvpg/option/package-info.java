/**
 * Says how something is to be made: what the lambda of a verb gets and returns. Each is an immutable record with defaults
 * and with a method for each choice.
 */
@NullMarked
package dev.zvpg.option;

import org.jspecify.annotations.NullMarked;
