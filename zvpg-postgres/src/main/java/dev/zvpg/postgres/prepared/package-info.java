/**
 * Databases that are prepared once and used many times: {@link dev.zvpg.postgres.prepared.PreparedSnapshots}.
 *
 * <p><b>Prepared once.</b> A preparation (a schema, migrations, reference data) has a key. Who asks for the key
 * first runs it, and everybody else starts from its snapshot: other threads, JVMs that run beside this one, and later
 * runs. A lock file lets all but one of them wait. The snapshot is
 * {@linkplain dev.zvpg.Snapshot#derive derived} from that of an empty cluster, so a preparation that fails or is killed
 * leaves nothing that looks prepared, and it runs with the
 * {@linkplain dev.zvpg.postgres.Postgres#leanSettings lean settings}.
 *
 * <pre>
 * CACHE/VERSION-xxxxxxxx/repository   a repository: a branch with the snapshot "prepared" for each key
 *                        keys         a lock file for each key; its time is that of the key's last use
 * </pre>
 *
 * {@code CACHE} is {@link dev.zvpg.postgres.Postgres#cacheDirectory cacheDirectory("prepared")} unless another is named.
 * Each installation of PostgreSQL has its own directory there, and each format of the storage, of the size of the
 * prepared clusters: an empty one has 40 MB, and a key takes two of its own where the file system does not share blocks. A key that was not used for 14 days goes, and
 * so does one that was not used for a day when 16 others were used since; none goes while a run that uses it has not
 * ended. Nothing else is kept there; while no test runs, the whole of it may be deleted.
 */
@NullMarked
package dev.zvpg.postgres.prepared;

import org.jspecify.annotations.NullMarked;
