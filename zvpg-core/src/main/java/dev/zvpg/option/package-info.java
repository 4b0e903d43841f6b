/**
 * Says how something is to be made: what the lambda of a verb gets and returns. Each is immutable, has
 * defaults and a method for each choice, and can grow.
 */
@NullMarked
package dev.zvpg.option;

import org.jspecify.annotations.NullMarked;
