/**
 * A small application without a framework: plain JDBC, and the JDK's HTTP server. Its tests show the JUnit extension.
 */
@NullMarked
package dev.zvpg.examples.orders;

import org.jspecify.annotations.NullMarked;
