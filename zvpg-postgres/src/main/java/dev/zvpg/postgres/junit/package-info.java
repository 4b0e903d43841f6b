/**
 * A whole PostgreSQL for every test, prepared once: {@link dev.zvpg.postgres.junit.ZvpgExtension} for JUnit Jupiter,
 * 5.13 to 6.
 *
 * <p><b>Prepared once.</b> A preparation (a schema, migrations, reference data) has a key. The first test anywhere that
 * asks for the key runs it, and everybody else starts from its snapshot: other classes, JVMs that run beside this one,
 * and later runs. A lock file lets all but one of them wait. The snapshot is
 * {@linkplain dev.zvpg.Snapshot#derive derived} from that of an empty cluster, so a preparation that fails or is killed
 * leaves nothing that looks prepared, and it runs with the
 * {@linkplain dev.zvpg.postgres.Postgres#leanSettings() lean settings}.
 *
 * <pre>
 * CACHE/VERSION-xxxxxxxx/repository   a repository: a branch with the snapshot "prepared" for each key
 *                        keys         a lock file for each key; its time is that of the key's last use
 * </pre>
 *
 * {@code CACHE} is {@link dev.zvpg.postgres.Postgres#cacheDirectory cacheDirectory("prepared")} unless the extension or
 * the configuration parameter {@code zvpg.junit.cache} names another. Each installation of PostgreSQL has its own
 * directory there, and each format of the storage, of the size of the prepared clusters: an empty one has 40 MB, and a
 * key takes two of its own where the file system does not share blocks. A key that was not used for 14 days goes, and
 * so does one that was not used for a day when 16 others were used since; none goes while a run that uses it has not
 * ended. Nothing else is kept there; while no test runs, the whole of it may be deleted.
 *
 * <p><b>Thrown away.</b> Each test that asks for a parameter has a clone to itself, from a pool of started ones that
 * all classes of the JVM with the same key share. It ends with the test.
 *
 * <p><b>Concurrency.</b> Tests may run in parallel, in threads and in JVMs. Nothing here is per thread.
 */
@NullMarked
package dev.zvpg.postgres.junit;

import org.jspecify.annotations.NullMarked;
