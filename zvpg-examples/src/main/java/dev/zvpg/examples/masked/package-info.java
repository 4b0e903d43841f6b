/** Copies of production for everybody, in which nobody is to be recognized. */
@NullMarked
package dev.zvpg.examples.masked;

import org.jspecify.annotations.NullMarked;
