/**
 * A whole PostgreSQL for every test, prepared once: {@link dev.zvpg.postgres.junit.ZvpgExtension} for JUnit Jupiter,
 * 5.13 to 6.
 *
 * <p><b>Prepared once.</b> A preparation (a schema, migrations, reference data) has a key, and the first test anywhere
 * that asks for the key runs it; {@link dev.zvpg.postgres.prepared} says how, and where that is kept.
 *
 * <p><b>Thrown away.</b> Each test that asks for a parameter has a clone to itself, from a pool of started ones that
 * all classes of the JVM with the same key share. It ends with the test.
 *
 * <p><b>A URL that stays.</b> {@code db.jdbcUrl()} is of one more clone, which all classes of the JVM share whose
 * extension says the same, for applications that are started once for many tests. It ends with the JVM, so no context
 * that a framework has cached outlives it, and {@code db.reset()} makes it what was prepared.
 *
 * <p><b>Concurrency.</b> Tests may run in parallel, in threads and in JVMs. Nothing here is per thread.
 */
@NullMarked
package dev.zvpg.postgres.junit;

import org.jspecify.annotations.NullMarked;
