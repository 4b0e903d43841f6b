/**
 * Suites of tests as people write them, each with several ways to come by databases.
 *
 * <p>{@code ShopTests} each have a database of their own and run in parallel; {@code PooledTests} each have a pool of
 * connections and run one after the other. A subclass says where the database comes from: from ZVPG's JUnit extension,
 * or from what people use today. {@code SuiteRun} runs one of them in a JVM of its own.
 */
@NullMarked
package dev.zvpg.examples.bench.suite;

import org.jspecify.annotations.NullMarked;
