package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.zvpg.Branch;
import dev.zvpg.Effort;
import dev.zvpg.Repository;
import dev.zvpg.RunningServer;
import dev.zvpg.ScratchClone;
import dev.zvpg.ScratchPool;
import dev.zvpg.Snapshot;
import dev.zvpg.TestDirectories;
import dev.zvpg.Zvpg;
import dev.zvpg.internal.io.NamespacePath;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.option.ScratchOptions;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whether a pool notices every way to change a cluster, and only then makes a new clone. */
@Execution(ExecutionMode.SAME_THREAD) // the cases of one version share a pool of one clone
@Tag(Effort.ANYBODY)
class UnchangedTest {

    private static final int[] VERSIONS = Effort.isFull() ? new int[] {14, 15, 18} : new int[] {18};
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final Map<Integer, Fixture> FIXTURES = new ConcurrentHashMap<>();

    /** What needs a server that is not lean. */
    private static final Map<String, String> ROOMY =
            Map.of("wal_level", "replica", "max_wal_senders", "2", "max_prepared_transactions", "5");

    /**
     * One repository for each version, whose snapshot was taken after a VACUUM, and one pool of one clone for all
     * cases.
     */
    private static final class Fixture {

        final Path directory;
        final Repository repository;
        final Snapshot snapshot;
        final ScratchPool pool;

        Fixture(int major) {
            try {
                directory = memory(major) == 0
                        ? Files.createDirectory(
                                Path.of("target/unchanged-" + SEED).toAbsolutePath())
                        : TestDirectories.open("zvpg-unchanged-");
                repository = Zvpg.at(directory.resolve("home"))
                        .postgres(Postgres.embedded(major))
                        .ports(21_000, 21_999)
                        .init();
                snapshot = prepare(repository.branch("main"));
                pool = pool(snapshot, Map.of(), memory(major));
            } catch (IOException | SQLException e) {
                throw new AssertionError(e);
            }
        }

        private static Snapshot prepare(Branch main) throws SQLException {
            RunningServer server = main.start();
            run(server, "postgres", "CREATE TABLE t (id int PRIMARY KEY, text text)");
            run(server, "postgres", "INSERT INTO t SELECT g, 'row ' || g FROM generate_series(1, 1000) g");
            run(server, "postgres", "CREATE SEQUENCE s");
            run(server, "postgres", "SELECT nextval('s')");
            run(server, "postgres", "CREATE DATABASE app");
            run(server, "app", "CREATE TABLE u AS SELECT 1 AS one");
            run(server, "app", "VACUUM");
            run(server, "postgres", "VACUUM");
            main.stop();
            return main.snapshot("v1", "");
        }

        void close() {
            pool.close();
            repository.destroy();
            try {
                OpenDirectory.deleteTree(directory);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static ScratchPool pool(Snapshot snapshot, Map<String, String> settings, long memory) {
        UnaryOperator<ScratchOptions> all = o -> {
            ScratchOptions result = o.memory(memory);
            for (Map.Entry<String, String> one : settings.entrySet()) {
                result = result.setting(one.getKey(), one.getValue());
            }
            return result;
        };
        return snapshot.pool(o -> o.size(1).scratch(all));
    }

    /** With one version all is on the disk of the build, and what is written is in memory with the others. */
    private static long memory(int major) {
        return major == 15 ? 0 : ScratchOptions.LEAN.memory();
    }

    private static Fixture fixture(int major) {
        return FIXTURES.computeIfAbsent(major, Fixture::new);
    }

    @AfterAll
    static void closeAll() {
        FIXTURES.values().forEach(Fixture::close);
        FIXTURES.clear();
    }

    private static void run(RunningServer server, String database, String sql) throws SQLException {
        try (Connection connection = server.dataSource(database).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** What one does with a lease. */
    private interface Use {
        void of(ScratchClone pg) throws Exception;
    }

    private static Use sql(String... statements) {
        return pg -> {
            for (String statement : statements) {
                run(
                        pg.server(),
                        "postgres",
                        statement.replace(
                                "{data}",
                                NamespacePath.inside(pg.dataDirectory()).toString()));
            }
        };
    }

    /** In one session, which is left open, with its transaction if it began one. */
    private static Use leftOpen(String... statements) {
        return pg -> {
            Connection connection = pg.dataSource().getConnection();
            Statement statement = connection.createStatement();
            for (String one : statements) {
                statement.execute(one);
            }
        };
    }

    /** A program that the server runs, as its own user, in the data directory. */
    private static Use program(String shell) {
        return sql("COPY (SELECT 1) TO PROGRAM '" + shell.replace("'", "''") + "'");
    }

    private static final Map<String, Use> READS = new LinkedHashMap<>();
    private static final Map<String, Use> WRITES = new LinkedHashMap<>();
    private static final Map<String, Use> WRITES_OF_ROOMY_SERVERS = new LinkedHashMap<>();

    static {
        READS.put("nothing", pg -> {});
        READS.put("SELECT", sql("SELECT count(*) FROM t", "SELECT * FROM t WHERE id = 7"));
        READS.put("a transaction that reads", sql("BEGIN; SELECT * FROM t; ROLLBACK"));
        READS.put("another database", pg -> run(pg.server(), "app", "SELECT * FROM u"));
        READS.put("another database again", pg -> run(pg.server(), "app", "SELECT * FROM u"));
        READS.put("settings of a session", sql("SET work_mem = '64kB'", "SET search_path = 'nowhere'"));
        READS.put("a session left open", leftOpen("SELECT 1"));
        READS.put("a transaction left open", leftOpen("BEGIN", "SELECT count(*) FROM t"));
        READS.put("an advisory lock left", leftOpen("SELECT pg_advisory_lock(1)"));
        READS.put("a table lock left", leftOpen("BEGIN", "LOCK TABLE t IN ACCESS EXCLUSIVE MODE"));
        READS.put("a cursor left", leftOpen("BEGIN", "DECLARE c CURSOR FOR SELECT * FROM t", "FETCH 5 FROM c"));
        READS.put("a listener left", leftOpen("LISTEN x"));
        READS.put("an exported snapshot left", leftOpen("BEGIN", "SELECT pg_export_snapshot()"));
        READS.put(
                "a sort that does not fit into memory",
                sql(
                        "SET work_mem = '64kB'; SELECT count(*) FROM (SELECT g FROM generate_series(1, 50000) g ORDER BY g DESC) x"));
        READS.put("a query that fails", pg -> {
            try {
                run(pg.server(), "postgres", "SELECT 1 / 0");
                throw new AssertionError("divided by zero");
            } catch (SQLException expected) {
                // as it should
            }
        });
        READS.put("EXPLAIN ANALYZE", sql("EXPLAIN (ANALYZE, BUFFERS) SELECT * FROM t"));
        READS.put("server functions", sql("SELECT pg_ls_waldir(), pg_current_wal_lsn(), txid_current_if_assigned()"));

        WRITES.put("INSERT", sql("INSERT INTO t VALUES (0, 'zero')"));
        WRITES.put("INSERT in another database", pg -> run(pg.server(), "app", "INSERT INTO u VALUES (2)"));
        WRITES.put("INSERT undone by DELETE", sql("INSERT INTO t VALUES (0)", "DELETE FROM t WHERE id = 0"));
        WRITES.put("INSERT rolled back", sql("BEGIN; INSERT INTO t VALUES (0); ROLLBACK"));
        WRITES.put("INSERT never committed", leftOpen("BEGIN", "INSERT INTO t VALUES (0)"));
        WRITES.put("DELETE and TRUNCATE", sql("DELETE FROM t WHERE id = 1", "TRUNCATE t"));
        WRITES.put("SELECT FOR UPDATE", sql("BEGIN; SELECT * FROM t WHERE id = 1 FOR UPDATE; COMMIT"));
        WRITES.put("SELECT FOR KEY SHARE", sql("BEGIN; SELECT * FROM t WHERE id = 1 FOR KEY SHARE; COMMIT"));
        WRITES.put("a transaction id", sql("SELECT pg_current_xact_id()"));
        WRITES.put("nextval", sql("SELECT nextval('s')"));
        WRITES.put("nextval rolled back", sql("BEGIN; SELECT nextval('s'); ROLLBACK"));
        WRITES.put("nextval in a session left open", leftOpen("SELECT nextval('s')"));
        WRITES.put("setval to what it is", sql("SELECT setval('s', 1)"));
        WRITES.put("ALTER SEQUENCE", sql("ALTER SEQUENCE s CACHE 100"));
        WRITES.put("ALTER SYSTEM", sql("ALTER SYSTEM SET work_mem = '1MB'"));
        WRITES.put("ALTER SYSTEM taken back", sql("ALTER SYSTEM SET work_mem = '1MB'", "ALTER SYSTEM RESET ALL"));
        WRITES.put("reloading the configuration", sql("SELECT pg_reload_conf()"));
        WRITES.put("ALTER ROLE SET", sql("ALTER ROLE postgres SET work_mem = '1MB'"));
        WRITES.put("ALTER DATABASE SET", sql("ALTER DATABASE app SET work_mem = '1MB'"));
        WRITES.put("CREATE ROLE", sql("CREATE ROLE somebody"));
        WRITES.put("another password", sql("ALTER ROLE postgres PASSWORD 'other'"));
        WRITES.put("GRANT", sql("GRANT SELECT ON t TO PUBLIC"));
        WRITES.put("COMMENT", sql("COMMENT ON TABLE t IS 'x'"));
        WRITES.put("CREATE TABLE", sql("CREATE TABLE x (i int)"));
        WRITES.put("CREATE TABLE AS without WAL", sql("CREATE TABLE x AS SELECT * FROM t"));
        WRITES.put("CREATE TABLE dropped", sql("CREATE TABLE x (i int)", "DROP TABLE x"));
        WRITES.put("CREATE UNLOGGED TABLE", sql("CREATE UNLOGGED TABLE x (i int)"));
        WRITES.put("CREATE TEMP TABLE", sql("CREATE TEMP TABLE x (i int)"));
        WRITES.put("CREATE TEMP TABLE in a session left open", leftOpen("CREATE TEMP TABLE x (i int)"));
        WRITES.put("CREATE INDEX", sql("CREATE INDEX ON t (text)"));
        WRITES.put("REINDEX", sql("REINDEX TABLE t"));
        WRITES.put("CREATE FUNCTION", sql("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'"));
        WRITES.put("CREATE EXTENSION", sql("DROP EXTENSION plpgsql", "CREATE EXTENSION plpgsql"));
        WRITES.put("CREATE DATABASE", sql("CREATE DATABASE other"));
        WRITES.put("DROP DATABASE", sql("DROP DATABASE app"));
        WRITES.put("closing a database to connections", sql("ALTER DATABASE app ALLOW_CONNECTIONS false"));
        WRITES.put("ANALYZE", sql("ANALYZE t"));
        WRITES.put("VACUUM FULL", sql("VACUUM FULL t"));
        WRITES.put("VACUUM FREEZE", sql("VACUUM FREEZE t"));
        WRITES.put("CLUSTER", sql("CLUSTER t USING t_pkey"));
        WRITES.put("NOTIFY", sql("NOTIFY x, 'y'"));
        WRITES.put("a large object", sql("SELECT lo_create(0)"));
        WRITES.put("a message in the WAL", sql("SELECT pg_logical_emit_message(false, 'a', 'b')"));
        WRITES.put("switching the WAL", sql("SELECT pg_switch_wal()"));
        WRITES.put("CHECKPOINT", sql("CHECKPOINT"));
        WRITES.put("a file by COPY TO", sql("COPY t TO '{data}/base/export.csv'"));
        WRITES.put("a file by COPY TO in the WAL's directory", sql("COPY t TO '{data}/pg_wal/export.csv'"));
        WRITES.put("a file by COPY TO in the statistics' directory", sql("COPY t TO '{data}/pg_stat_tmp/export.csv'"));
        WRITES.put("a configuration file by COPY TO", sql("COPY (SELECT '') TO '{data}/postgresql.conf'"));
        WRITES.put("a file by a program", program("cat >x"));
        WRITES.put("an empty directory by a program", program("cat >/dev/null; mkdir x"));
        WRITES.put("a mode by a program", program("cat >/dev/null; chmod 640 postgresql.conf"));
        WRITES.put("a link by a program", program("cat >/dev/null; ln -s /tmp pg_stat/x"));
        WRITES.put("a file removed by a program", program("cat >/dev/null; rm pg_ident.conf"));
        WRITES.put(
                "a byte whose file gets its old time again",
                program("cat >/dev/null; touch -r postgresql.conf /tmp/zvpg-$PPID; "
                        + "printf X | dd of=postgresql.conf conv=notrunc; touch -r /tmp/zvpg-$PPID postgresql.conf; "
                        + "rm /tmp/zvpg-$PPID"));
        WRITES.put(
                "a file exchanged for its copy",
                program("cat >/dev/null; cp -p postgresql.conf x; mv x postgresql.conf"));
        WRITES.put("a directory made anew", program("cat >/dev/null; rmdir pg_snapshots; mkdir -m 700 pg_snapshots"));
        WRITES.put(
                "two directories exchanged",
                program("cat >/dev/null; mv pg_stat x; mv pg_dynshmem pg_stat; mv x pg_dynshmem"));
        WRITES.put("a byte through a mapped file that was read before", pg -> {
            changeUnnoticed(pg.dataDirectory().resolve("postgresql.conf"));
        });
        WRITES.put(
                "a directory that was removed with all in it and made anew",
                program(
                        "cat >/dev/null; "
                                + "for i in 1 2 3 4 5 6 7 8 9; do rm -rf base/1; mkdir -m 700 base/1; rmdir base/1; mkdir -m 700 base/1; done"));
        WRITES.put(
                "a link in place of the statistics' directory",
                program("cat >/dev/null; mv pg_stat_tmp x; ln -s /tmp pg_stat_tmp"));
        WRITES.put(
                "a directory for large sorts that is closed",
                program("cat >/dev/null; mkdir -p base/pgsql_tmp; chmod 500 base/pgsql_tmp"));
        WRITES.put("a directory renamed", program("cat >/dev/null; mv base/1 base/9"));
        WRITES.put("the mode of a directory", program("cat >/dev/null; chmod 750 base"));
        WRITES.put(
                "a file removed from where nothing else was changed", program("cat >/dev/null; rm base/1/PG_VERSION"));
        WRITES.put(
                "the log's directory",
                pg -> Files.createFile(pg.server().logFile().resolveSibling("x")));
        WRITES.put("the access rules", pg -> {
            Path rules = pg.server().logFile().resolveSibling("pg_hba.conf");
            Files.writeString(rules, Files.readString(rules));
        });
        WRITES.put("a process left behind", program("cat >/dev/null; sleep 20 >/dev/null 2>&1 &"));
        WRITES.put(
                "a process left behind that works elsewhere",
                program("cat >/dev/null; cd /; sleep 20 >/dev/null 2>&1 &"));
        WRITES.put("a crash of a session", pg -> {
            try {
                program("cat >/dev/null; kill -9 $PPID").of(pg);
                throw new AssertionError("the session survived");
            } catch (SQLException expected) {
                // it crashed, and the server starts anew
            }
        });

        WRITES_OF_ROOMY_SERVERS.put(
                "a prepared transaction", sql("BEGIN; INSERT INTO t VALUES (0); PREPARE TRANSACTION 'p'"));
        WRITES_OF_ROOMY_SERVERS.put("a replication slot", sql("SELECT pg_create_physical_replication_slot('slot')"));
        WRITES_OF_ROOMY_SERVERS.put("a restore point", sql("SELECT pg_create_restore_point('r')"));
        WRITES_OF_ROOMY_SERVERS.put("a publication", sql("CREATE PUBLICATION p FOR TABLE t"));
        WRITES_OF_ROOMY_SERVERS.put(
                "a replication origin",
                sql("SELECT pg_replication_origin_create('o')", "SELECT pg_replication_origin_advance('o', '0/1')"));
    }

    /** As far as the times of a file in memory tell. */
    private static void changeUnnoticed(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, 10);
            mapped.put(9, (byte) (mapped.get(0) + 1));
        }
    }

    private static final int PART = Effort.of(4, 2);
    private static final long SEED = Long.getLong("zvpg.seed", System.nanoTime());

    static {
        System.out.println("a part of the uses: -Dzvpg.seed=" + SEED);
    }

    /** Every fourth of them in a usual run, and every second one in a full one. */
    private static Stream<Arguments> each(Map<String, Use> uses) {
        List<Arguments> all = new ArrayList<>();
        for (int version : VERSIONS) {
            uses.forEach((name, use) -> all.add(Arguments.of(version, name, use)));
        }
        return IntStream.range(0, all.size())
                .filter(i -> i % PART == Math.floorMod(SEED, PART))
                .mapToObj(all::get);
    }

    static Stream<Arguments> reads() {
        return each(READS);
    }

    static Stream<Arguments> writes() {
        return each(WRITES);
    }

    static Stream<Arguments> writesOfRoomyServers() {
        return each(WRITES_OF_ROOMY_SERVERS);
    }

    private static Path useOf(ScratchPool pool, Use use) throws Exception {
        try (ScratchClone pg = pool.lease(LONG)) {
            use.of(pg);
            return pg.dataDirectory();
        }
    }

    private static void isAsNew(ScratchClone pg) throws SQLException {
        try (Connection connection = pg.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            // the pool's own connection has said good-bye, and its process takes a moment to end
            await().atMost(LONG).until(() -> clients(statement) == 1);
            ResultSet row = statement.executeQuery(
                    "SELECT count(*), max(id), (SELECT last_value FROM s), "
                            + "current_setting('work_mem'), (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory') FROM t");
            row.next();
            assertThat(List.of(row.getInt(1), row.getInt(2), row.getInt(3), row.getString(4), row.getInt(5)))
                    .isEqualTo(List.of(1000, 1000, 1, "4MB", 0));
        }
    }

    private static int clients(Statement statement) throws SQLException {
        try (ResultSet row =
                statement.executeQuery("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")) {
            row.next();
            return row.getInt(1);
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("reads")
    void whoOnlyReadsLeavesACloneThatIsHandedOutAgain(int version, String name, Use use) throws Exception {
        ScratchPool pool = fixture(version).pool;
        long reused = pool.info().reused();
        Path before = useOf(pool, use);
        try (ScratchClone pg = pool.lease(LONG)) {
            assertThat(pg.dataDirectory()).isEqualTo(before);
            isAsNew(pg);
        }
        assertThat(pool.info().reused()).isGreaterThan(reused);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("writes")
    void whoChangesAnythingLeavesACloneThatIsReplaced(int version, String name, Use use) throws Exception {
        ScratchPool pool = fixture(version).pool;
        Path before = useOf(pool, use);
        try (ScratchClone pg = pool.lease(LONG)) {
            assertThat(pg.dataDirectory()).isNotEqualTo(before);
            isAsNew(pg);
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("writesOfRoomyServers")
    void whoChangesAnythingOfAServerThatIsNotLeanToo(int version, String name, Use use) throws Exception {
        try (ScratchPool pool = pool(fixture(version).snapshot, ROOMY, memory(version))) {
            Path before = useOf(pool, use);
            try (ScratchClone pg = pool.lease(LONG)) {
                assertThat(pg.dataDirectory()).isNotEqualTo(before);
                isAsNew(pg);
            }
        }
    }

    static int[] versions() {
        return VERSIONS;
    }

    /** Nobody knows what they do with that memory; and a checkpoint does not write what is unlogged. */
    @ParameterizedTest
    @MethodSource("versions")
    void whatCannotBeProvenIsReplaced(int version) throws Exception {
        Branch branch = fixture(version).snapshot.branch("unlogged");
        run(branch.start(), "postgres", "CREATE UNLOGGED TABLE x (id serial)");
        run(branch.server(), "postgres", "VACUUM");
        branch.stop();
        try (ScratchPool pool = branch.snapshot("v1", "").pool(o -> o.size(1))) {
            Path before = useOf(pool, sql("SELECT count(*) FROM t"));
            assertThat(useOf(pool, pg -> {})).isNotEqualTo(before);
            assertThat(pool.info().reused()).isZero();
        }
        branch.discard();
    }

    /** PostgreSQL notes on a row that its transaction has committed, when somebody reads it for the first time. */
    @ParameterizedTest
    @MethodSource("versions")
    void readingWhatNobodyReadBeforeIsAChange(int version) throws Exception {
        Branch branch = fixture(version).snapshot.branch("unread");
        run(branch.start(), "postgres", "CREATE TABLE x AS SELECT g FROM generate_series(1, 1000) g");
        branch.stop();
        try (ScratchPool pool = branch.snapshot("v1", "").pool(o -> o.size(1))) {
            Path before = useOf(pool, sql("SELECT count(*) FROM x"));
            assertThat(useOf(pool, pg -> {})).isNotEqualTo(before);
        }
        branch.discard();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void aCacheOfTheCatalogThatWasThereAndThatSomebodySpoiltIsRemovedToo(int version) throws Exception {
        try (ScratchPool pool = pool(fixture(version).snapshot, Map.of(), memory(version))) {
            Path before = useOf(pool, pg -> changeUnnoticed(pg.dataDirectory().resolve("global/pg_internal.init")));
            try (ScratchClone pg = pool.lease(LONG)) {
                assertThat(pg.dataDirectory()).isEqualTo(before);
                assertThat(before.resolve("global/pg_internal.init")).doesNotExist();
                isAsNew(pg);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void aCacheOfTheCatalogThatSomebodySpoiltIsRemoved(int version) throws Exception {
        ScratchPool pool = fixture(version).pool;
        Path before = useOf(pool, sql("COPY t TO '{data}/global/pg_internal.init'"));
        try (ScratchClone pg = pool.lease(LONG)) {
            assertThat(pg.dataDirectory()).isEqualTo(before);
            assertThat(before.resolve("global/pg_internal.init")).doesNotExist();
            isAsNew(pg);
        }
    }
}
