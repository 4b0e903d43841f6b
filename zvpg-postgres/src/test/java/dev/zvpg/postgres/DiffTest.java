package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Branch;
import dev.zvpg.Clone;
import dev.zvpg.Diff;
import dev.zvpg.Effort;
import dev.zvpg.Repository;
import dev.zvpg.ScratchClone;
import dev.zvpg.Snapshot;
import dev.zvpg.diff.DiffStat;
import dev.zvpg.diff.RowChange;
import dev.zvpg.diff.SchemaChange;
import dev.zvpg.diff.SequenceDiff;
import dev.zvpg.diff.TableDiff;
import dev.zvpg.error.NotFoundException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is different between two states of a cluster: each kind of table, and each way in which pages do not tell. */
@Tag(Effort.ANYBODY)
class DiffTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private Repository repo;
    private Branch main;

    @BeforeEach
    void makeRepository() {
        repo = sandbox.zvpg(new Prepared(Postgres.embedded(18)))
                .setting("max_prepared_transactions", "5")
                .init();
        main = repo.branch("main");
        main.start();
    }

    @AfterEach
    void destroyRepository() {
        repo.destroy();
    }

    private Snapshot snapshot(String name, String... statements) throws SQLException {
        Sql.execute(main, statements);
        return main.snapshot(name, "");
    }

    /** Changes on a branch of its own, which is stopped then. */
    private Branch branch(String name, Snapshot from, String... statements) throws SQLException {
        Branch branch = from.branch(name);
        branch.start();
        Sql.execute(branch, statements);
        branch.stop();
        return branch;
    }

    private static String rows(Diff diff, String table) {
        try (Stream<RowChange> rows = diff.table(table).rows()) {
            return rows.map(row -> switch (row.kind()) {
                        case INSERTED -> "+ " + row.after();
                        case DELETED -> "- " + row.before();
                        case UPDATED -> "~ " + row.key() + " " + row.changed() + " " + row.before() + " " + row.after();
                    })
                    .collect(Collectors.joining("\n"));
        }
    }

    @Test
    void tellsWhichRowsCameWentAndChanged() throws Exception {
        Snapshot v1 = snapshot(
                "v1",
                "CREATE TABLE orders (id int PRIMARY KEY, amount numeric, note text)",
                "INSERT INTO orders SELECT g, g, 'order ' || g FROM generate_series(1, 10000) g",
                "CREATE TABLE untouched AS SELECT * FROM orders");
        Snapshot v2 = snapshot(
                "v2",
                "UPDATE orders SET amount = 0, note = NULL WHERE id = 50",
                "DELETE FROM orders WHERE id = 61",
                "INSERT INTO orders VALUES (-5, 1.50, E'tab\\there, \\\\ and\\nline')");
        try (Diff diff = v1.diff(v2)) {
            assertThat(diff.stat()).isEqualTo(new DiffStat(1, 1, 1, 1, 0, 0));
            assertThat(rows(diff, "public.orders")).isEqualTo("""
                    + {id=-5, amount=1.50, note=tab\there, \\ and
                    line}
                    ~ {id=50} [amount, note] {id=50, amount=50, note=order 50} {id=50, amount=0, note=null}
                    - {id=61, amount=61, note=order 61}""");
            TableDiff orders = diff.table("public.orders");
            assertThat(orders.method()).isEqualTo(TableDiff.Method.TOUCHED_PAGES);
            assertThat(orders.key()).containsExactly("id");
            assertThat(orders.database()).isEqualTo("postgres");
            assertThatThrownBy(() -> diff.table("public.untouched"))
                    .isInstanceOf(NotFoundException.class)
                    .hasMessageContaining("public.orders");
        }
        try (Diff same = v1.diff(v1)) {
            assertThat(same.tables()).isEmpty();
        }
    }

    @Test
    void comparesWhatTwoBranchesHaveSinceTheyParted() throws Exception {
        Snapshot v1 = snapshot(
                "v1",
                "CREATE TABLE t (id int PRIMARY KEY, v text)",
                "INSERT INTO t SELECT g, 'x' FROM generate_series(1, 999) g");
        Branch feature =
                branch("feature", v1, "UPDATE t SET v = 'theirs' WHERE id = 7", "INSERT INTO t VALUES (1000, 'n')");
        Sql.execute(main, "UPDATE t SET v = 'ours' WHERE id = 8", "INSERT INTO t VALUES (1001, 'm')");
        try (Diff diff = main.diff(feature)) {
            assertThat(rows(diff, "public.t")).isEqualTo("""
                    ~ {id=7} [v] {id=7, v=x} {id=7, v=theirs}
                    ~ {id=8} [v] {id=8, v=ours} {id=8, v=x}
                    + {id=1000, v=n}
                    - {id=1001, v=m}""");
        }
        assertThat(feature.findServer()).as("nobody starts it for that").isEmpty();
        assertThat(main.findServer()).as("goes on").isPresent();
        feature.commit("saved");
        try (Diff diff = v1.diff(feature)) {
            assertThat(diff.stat()).isEqualTo(new DiffStat(1, 1, 1, 0, 0, 0));
        }
    }

    @Test
    void tellsWhatATestDidToItsClone() throws Exception {
        Snapshot v1 = snapshot("v1", "CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)");
        try (ScratchClone pg = v1.scratch();
                Connection session = pg.dataSource().getConnection();
                Statement statement = session.createStatement()) {
            statement.execute("INSERT INTO t VALUES (2)");
            try (Diff diff = pg.changes()) {
                statement.execute("INSERT INTO t VALUES (3)"); // later than the moment that is compared
                assertThat(rows(diff, "public.t")).isEqualTo("+ {id=2}");
            }
        }
        Clone clone = v1.clone("trial");
        try (Diff diff = clone.changes()) {
            assertThat(diff.tables()).isEmpty();
        }
        clone.use(pg -> Sql.execute(pg, "DELETE FROM t"));
        try (Diff diff = clone.changes()) {
            assertThat(rows(diff, "public.t")).isEqualTo("- {id=1}");
        }
        v1.delete();
        assertThatThrownBy(clone::changes).isInstanceOf(NotFoundException.class).hasMessageContaining("deleted");
    }

    @Test
    void findsRowsWhosePagesAreTheSameButWhoseTransactionsCommittedLater() throws Exception {
        Sql.execute(
                main,
                "CREATE TABLE t (id int PRIMARY KEY, v text)",
                "INSERT INTO t SELECT g, 'x' FROM generate_series(1, 10) g");
        Sql.execute(
                main,
                "CREATE TABLE m (id int PRIMARY KEY, v text, wide text)",
                "ALTER TABLE m ALTER wide SET STORAGE PLAIN",
                "INSERT INTO m SELECT g, 'x', repeat('.', 3500) FROM generate_series(1, 4) g",
                "CREATE TABLE n (id int PRIMARY KEY)",
                "INSERT INTO n VALUES (1), (2)",
                "CHECKPOINT");
        try (Connection open = main.dataSource().getConnection();
                Connection sharing = main.dataSource().getConnection();
                Statement statement = open.createStatement();
                Statement share = sharing.createStatement()) {
            open.setAutoCommit(false);
            sharing.setAutoCommit(false);
            share.execute("SELECT FROM t WHERE id = 3 FOR KEY SHARE");
            share.execute("SELECT FROM m WHERE id = 1 FOR KEY SHARE");
            statement.execute("UPDATE m SET v = 'moved' WHERE id = 1"); // to another page
            statement.execute("DELETE FROM n WHERE id = 1");
            statement.execute("UPDATE t SET v = 'multixact' WHERE id = 3");
            statement.execute("SAVEPOINT a");
            statement.execute("DELETE FROM t WHERE id = 4");
            statement.execute("RELEASE a");
            statement.execute("INSERT INTO t VALUES (11, 'new')");
            Sql.execute(main, "BEGIN", "UPDATE t SET v = 'prepared' WHERE id = 5", "PREPARE TRANSACTION 'p'");
            Snapshot v1 = main.snapshot("v1", "");
            sharing.commit();
            open.commit();
            Sql.execute(main, "COMMIT PREPARED 'p'");
            Snapshot v2 = main.snapshot("v2", "");
            try (Diff diff = v1.diff(v2)) {
                assertThat(rows(diff, "public.t")).isEqualTo("""
                        ~ {id=3} [v] {id=3, v=x} {id=3, v=multixact}
                        - {id=4, v=x}
                        ~ {id=5} [v] {id=5, v=x} {id=5, v=prepared}
                        + {id=11, v=new}""");
                assertThat(diff.table("public.t").method()).isEqualTo(TableDiff.Method.TOUCHED_PAGES);
                assertThat(rows(diff, "public.n")).isEqualTo("- {id=1}");
                assertThat(rows(diff, "public.m")).startsWith("~ {id=1} [v]").hasLineCount(1);
            }
        }
    }

    @Test
    void readsAllWhereColumnsOrTheirTypesWentAndCameAgain() throws Exception {
        Snapshot v1 = snapshot(
                "v1",
                "CREATE TABLE again (id int PRIMARY KEY, v text)",
                "INSERT INTO again VALUES (1, 'old')",
                "CREATE TABLE part (id int PRIMARY KEY, v text) PARTITION BY RANGE (id)",
                "CREATE TABLE part1 PARTITION OF part FOR VALUES FROM (0) TO (10)",
                "INSERT INTO part VALUES (1, 'old')",
                "CREATE TABLE typed (id int PRIMARY KEY, v int)",
                "INSERT INTO typed VALUES (1, -1)",
                "CREATE TABLE made (id int PRIMARY KEY)",
                "INSERT INTO made VALUES (1)");
        Snapshot v2 = snapshot(
                "v2",
                "ALTER TABLE again ADD COLUMN w text DEFAULT 'new'",
                "ALTER TABLE again DROP COLUMN v",
                "ALTER TABLE again RENAME COLUMN w TO v",
                "ALTER TABLE part DETACH PARTITION part1",
                "ALTER TABLE part1 DROP COLUMN v",
                "ALTER TABLE part1 ADD COLUMN v text DEFAULT 'new'",
                "ALTER TABLE part ATTACH PARTITION part1 FOR VALUES FROM (0) TO (10)",
                "ALTER TABLE typed ALTER COLUMN v TYPE oid",
                "DROP TABLE made",
                "CREATE TABLE made (id int PRIMARY KEY)",
                "INSERT INTO made VALUES (2)");
        try (Diff diff = v1.diff(v2)) {
            assertThat(rows(diff, "public.again")).isEqualTo("~ {id=1} [v] {id=1, v=old} {id=1, v=new}");
            assertThat(rows(diff, "public.part")).isEqualTo("~ {id=1} [v] {id=1, v=old} {id=1, v=new}");
            assertThat(rows(diff, "public.typed")).isEqualTo("~ {id=1} [v] {id=1, v=-1} {id=1, v=4294967295}");
            assertThat(rows(diff, "public.made")).isEqualTo("- {id=1}\n+ {id=2}");
        }
    }

    @Test
    void tellsTheRowsAsOftenAsSomebodyAsksAlsoWhereTheyAreTooManyToKeep() throws Exception {
        Snapshot v1 = snapshot(
                "v1",
                "CREATE TABLE few (id int PRIMARY KEY, v int)",
                "INSERT INTO few SELECT g, 0 FROM generate_series(1, 1500) g",
                "CREATE TABLE wide (k text PRIMARY KEY, v int)",
                "INSERT INTO wide SELECT repeat('k', 900) || g, 0 FROM generate_series(1, 10000) g");
        Snapshot v2 = snapshot("v2", "UPDATE few SET v = 1", "UPDATE wide SET v = 1");
        try (Diff diff = v1.diff(v2)) {
            for (String table : List.of("public.wide", "public.few", "public.wide", "public.few")) {
                try (Stream<RowChange> some = diff.table(table).rows()) {
                    assertThat(some.limit(3))
                            .hasSize(3)
                            .allMatch(row -> row.changed().contains("v"));
                }
                try (Stream<RowChange> all = diff.table(table).rows()) {
                    assertThat(all.map(RowChange::key).distinct().count())
                            .as(table)
                            .isEqualTo(diff.table(table).updated());
                }
            }
            assertThat(diff.stat().updated()).isEqualTo(11_500);
        }
    }

    @Test
    @Tag(Effort.FULL)
    void readsTheRowsOfManyDatabasesWithTheFewConnectionsThatAServerTakes() throws Exception {
        int many = 20;
        for (int i = 0; i < many; i++) {
            Sql.execute(main, "CREATE DATABASE d" + i + " STRATEGY file_copy");
            Sql.executeIn(main, "d" + i, "CREATE TABLE t (id int PRIMARY KEY, v int)", "INSERT INTO t VALUES (1, 0)");
        }
        Snapshot v1 = snapshot("v1");
        for (int i = 0; i < many; i++) {
            Sql.executeIn(main, "d" + i, "UPDATE t SET v = 1");
        }
        Snapshot v2 = snapshot("v2");
        try (Diff diff = v1.diff(v2)) {
            assertThat(diff.tables()).hasSize(many).allSatisfy(table -> {
                try (Stream<RowChange> rows = table.rows()) {
                    assertThat(rows).hasSize(1);
                }
            });
        }
    }

    @Test
    void tellsTheWholeClustersDefinitionsWhereTheyWereWrittenTo() throws Exception {
        Snapshot v1 = snapshot("v1", "CREATE ROLE worker");
        Branch same = branch("same", v1, "CREATE TABLE t ()");
        Branch other = branch("other", v1, "ALTER ROLE worker CREATEDB", "CREATE DATABASE more");
        try (Diff diff = v1.diff(same)) {
            assertThat(diff.schema()).extracting(SchemaChange::database).containsOnly("postgres");
        }
        try (Diff diff = same.diff(other)) {
            assertThat(diff.schema().stream().filter(change -> change.database().isEmpty()))
                    .extracting(SchemaChange::toString)
                    .anyMatch(change -> change.contains("worker"))
                    .anyMatch(change -> change.contains("more"));
        }
    }

    @Test
    void countsTheRowsOfATableWithoutAKey() throws Exception {
        Snapshot v1 = snapshot("v1", "CREATE TABLE t (v text)", "INSERT INTO t VALUES ('a'), ('a'), ('b'), (NULL)");
        Snapshot v2 = snapshot(
                "v2", "DELETE FROM t WHERE v IS NULL", "INSERT INTO t VALUES ('a'), ('c')", "UPDATE t SET v = v");
        try (Diff diff = v1.diff(v2)) {
            assertThat(rows(diff, "public.t").lines()).containsExactlyInAnyOrder("- {v=null}", "+ {v=a}", "+ {v=c}");
            assertThat(diff.stat()).isEqualTo(new DiffStat(1, 2, 0, 1, 0, 0));
            assertThat(diff.table("public.t").key()).isEmpty();
        }
    }

    @Test
    void showsAPartitionedTableAsOne() throws Exception {
        Snapshot v1 = snapshot(
                "v1",
                "CREATE TABLE p (id int, at date, v text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)",
                "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
                "CREATE TABLE p2 (v text, at date NOT NULL, id int NOT NULL)",
                "ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
                "INSERT INTO p SELECT g, '2025-12-01'::date + g, 'x' FROM generate_series(1, 60) g");
        Snapshot v2 = snapshot(
                "v2",
                "UPDATE p SET v = 'y' WHERE id IN (1, 60)",
                "CREATE TABLE p3 PARTITION OF p FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')",
                "INSERT INTO p VALUES (99, '2027-05-05', 'z')");
        try (Diff diff = v1.diff(v2)) {
            assertThat(diff.tables()).extracting(TableDiff::name).containsExactly("public.p");
            assertThat(rows(diff, "public.p")).isEqualTo("""
                    ~ {id=1, at=2025-12-02} [v] {id=1, at=2025-12-02, v=x} {id=1, at=2025-12-02, v=y}
                    ~ {id=60, at=2026-01-30} [v] {id=60, at=2026-01-30, v=x} {id=60, at=2026-01-30, v=y}
                    + {id=99, at=2027-05-05, v=z}""");
        }
    }

    @Test
    void readsAllOfATableThatWasRewrittenAndTellsOnlyWhatDiffers() throws Exception {
        Snapshot v1 = snapshot(
                "v1",
                "CREATE TABLE full_vacuum (id int PRIMARY KEY, v text)",
                "INSERT INTO full_vacuum SELECT g, repeat('x', g % 100) FROM generate_series(1, 5000) g",
                "CREATE TABLE truncated AS SELECT * FROM full_vacuum",
                "CREATE TABLE renamed (id int PRIMARY KEY, a int, b int)",
                "INSERT INTO renamed VALUES (1, 1, 1), (2, 2, 2)",
                "CREATE TABLE dropped AS SELECT 1 AS one");
        Snapshot v2 = snapshot(
                "v2",
                "DELETE FROM full_vacuum WHERE id = 4",
                "VACUUM FULL full_vacuum",
                "TRUNCATE truncated",
                "ALTER TABLE renamed RENAME COLUMN a TO c",
                "ALTER TABLE renamed RENAME TO other",
                "ALTER TABLE other ADD COLUMN later int DEFAULT 7",
                "UPDATE other SET c = 3 WHERE id = 2",
                "DROP TABLE dropped",
                "CREATE TABLE added (id int PRIMARY KEY)",
                "INSERT INTO added VALUES (1)");
        try (Diff diff = v1.diff(v2)) {
            assertThat(rows(diff, "public.full_vacuum")).isEqualTo("- {id=4, v=xxxx}");
            assertThat(diff.table("public.full_vacuum").method()).isEqualTo(TableDiff.Method.FULL);
            assertThat(diff.table("public.truncated").deleted()).isEqualTo(5000);
            assertThat(rows(diff, "public.other")).isEqualTo("~ {id=2} [c] {id=2, c=2, b=2} {id=2, c=3, b=2, later=7}");
            assertThat(rows(diff, "public.dropped")).isEqualTo("- {one=1}");
            assertThat(rows(diff, "public.added")).isEqualTo("+ {id=1}");
        }
    }

    @Test
    void readsAllWhereAColumnCameLaterOnBothSides() throws Exception {
        Snapshot v1 = snapshot("v1", "CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)");
        Branch one = branch("one", v1, "ALTER TABLE t ADD COLUMN c int DEFAULT 1");
        Branch other = branch("other", v1, "ALTER TABLE t ADD COLUMN c int DEFAULT 2");
        try (Diff diff = one.diff(other)) {
            assertThat(rows(diff, "public.t")).isEqualTo("~ {id=1} [c] {id=1, c=1} {id=1, c=2}");
        }
    }

    @Test
    void comparesLargeObjectsDatabasesAndSequences() throws Exception {
        Snapshot v1 = snapshot(
                "v1",
                "SELECT lo_from_bytea(4711, 'before')",
                "CREATE DATABASE shop",
                "CREATE DATABASE gone",
                "CREATE SEQUENCE numbers",
                "CREATE SEQUENCE noise",
                "CREATE SEQUENCE unused",
                "SELECT nextval('numbers'), nextval('noise')");
        Sql.execute(
                main,
                "DROP DATABASE gone",
                "SELECT lo_put(4711, 0, 'after.')",
                "SELECT setval('numbers', 500), nextval('noise'), nextval('unused')");
        try (Connection shop = main.dataSource("shop").getConnection();
                Statement statement = shop.createStatement()) {
            statement.execute("CREATE TABLE \"Odd \"\"name\" (id uuid PRIMARY KEY)");
            statement.execute("INSERT INTO \"Odd \"\"name\" VALUES ('00000000-0000-0000-0000-0000000000ff')");
        }
        try (Diff diff = v1.diff(main.snapshot("v2", ""))) {
            assertThat(rows(diff, "pg_catalog.pg_largeobject"))
                    .isEqualTo("~ {loid=4711, pageno=0} [data] {loid=4711, pageno=0, data=\\x6265666f7265}"
                            + " {loid=4711, pageno=0, data=\\x61667465722e}");
            assertThat(diff.table("public.\"Odd \"\"name\"").database()).isEqualTo("shop");
            assertThat(diff.sequences())
                    .containsExactly(
                            new SequenceDiff("postgres", "public.numbers", OptionalLong.of(1), OptionalLong.of(500)),
                            new SequenceDiff("postgres", "public.unused", OptionalLong.empty(), OptionalLong.of(1)));
        }
    }

    @Test
    void saysWhatIsNotComparedAndWhy() throws Exception {
        Snapshot v1 = snapshot(
                "v1", "CREATE UNLOGGED TABLE cache (id int)", "CREATE MATERIALIZED VIEW sums AS SELECT 1 AS one");
        try (Diff diff = v1.diff(v1)) {
            assertThat(diff.stat()).isEqualTo(new DiffStat(0, 0, 0, 0, 2, 0));
            assertThat(diff.tables())
                    .extracting(table ->
                            table.name() + " " + table.reason().orElseThrow().split(":", -1)[0])
                    .containsExactly("public.cache unlogged", "public.sums materialized view");
            assertThat(diff.tables().get(0).rows()).isEmpty();
        }
    }

    @Test
    void holdsTogetherEveryKindOfKey() throws Exception {
        Snapshot v1 = snapshot(
                "v1",
                "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')",
                "CREATE TYPE pair AS (a int, b text)",
                "CREATE TABLE k1 (k mood PRIMARY KEY, v int)",
                "CREATE TABLE k2 (k timestamptz, l char(5), v int, PRIMARY KEY (k, l))",
                "CREATE TABLE k3 (k bytea PRIMARY KEY, v int)",
                "CREATE TABLE k4 (k pair PRIMARY KEY, v int)",
                "CREATE TABLE k5 (k float8 PRIMARY KEY, v int)",
                "CREATE TABLE k6 (k text COLLATE \"C\" NOT NULL, v int, n int)",
                "CREATE UNIQUE INDEX ON k6 (k)",
                "CREATE TABLE k7 (k int8 PRIMARY KEY, v int)",
                "INSERT INTO k1 VALUES ('sad', 1), ('ok', 1), ('happy', 1)",
                "INSERT INTO k2 VALUES ('2026-01-01 12:00+01', 'a', 1), ('infinity', 'bcdef', 1)",
                "INSERT INTO k3 VALUES ('', 1), ('\\x00ff', 1)",
                "INSERT INTO k4 VALUES ((1, 'a,\"b'), 1), ((1, NULL), 1)",
                "INSERT INTO k5 VALUES ('-0.1', 1), ('NaN', 1), (1e300, 1)",
                "INSERT INTO k6 VALUES ('ä', 1), ('Z', 1), ('z''z\\', 1), ('', 1)",
                "INSERT INTO k7 VALUES (-9223372036854775808, 1), (9223372036854775807, 1), (-1, 1), (0, 1)");
        List<String> tables = List.of("k1", "k2", "k3", "k4", "k5", "k6", "k7");
        Snapshot v2 = snapshot(
                "v2",
                tables.stream().map(table -> "UPDATE " + table + " SET v = 2").toArray(String[]::new));
        try (Diff diff = v1.diff(v2)) {
            for (String table : tables) {
                try (Stream<RowChange> rows = diff.table("public." + table).rows()) {
                    assertThat(rows)
                            .as(table)
                            .isNotEmpty()
                            .allSatisfy(row -> assertThat(row.changed()).containsExactly("v"));
                }
            }
            assertThat(diff.stat()).isEqualTo(new DiffStat(7, 0, 20, 0, 0, 0));
        }
    }

    @Test
    void runsNothingThatADatabasesOwnersWrote() throws Exception {
        Snapshot v1 = snapshot(
                "v1",
                "CREATE ROLE low LOGIN",
                "GRANT ALL ON SCHEMA public TO low",
                "SET ROLE low",
                "CREATE TYPE trap AS ENUM ('a', 'b')",
                "CREATE FUNCTION sprung(trap) RETURNS text LANGUAGE plpgsql AS"
                        + " $$BEGIN RAISE EXCEPTION 'sprung as %', current_user; END$$",
                "CREATE CAST (trap AS text) WITH FUNCTION sprung(trap) AS IMPLICIT",
                "CREATE FUNCTION public.hashtextextended(text, int) RETURNS int8 LANGUAGE plpgsql AS"
                        + " $$BEGIN RAISE EXCEPTION 'sprung as %', current_user; END$$",
                "CREATE TABLE t (k trap PRIMARY KEY, v trap)",
                "INSERT INTO t VALUES ('a', 'a')",
                "CREATE FUNCTION planned(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS"
                        + " $$BEGIN IF current_user <> 'low' THEN RAISE EXCEPTION 'sprung as %', current_user; END IF;"
                        + " RETURN $1; END$$",
                "CREATE TABLE planned (id int PRIMARY KEY)",
                "CREATE INDEX ON planned ((planned(1)))",
                "INSERT INTO planned VALUES (1)",
                "CREATE TABLE checked (id int PRIMARY KEY, CHECK (planned(1) = 1))",
                "INSERT INTO checked VALUES (1)",
                "CREATE DOMAIN d AS trap",
                "CREATE TABLE u (k d PRIMARY KEY, v int)",
                "INSERT INTO u VALUES ('a', 1)");
        Snapshot v2 = snapshot(
                "v2",
                "SET ROLE low",
                "UPDATE t SET v = 'b'",
                "UPDATE u SET v = 2",
                "INSERT INTO planned VALUES (2)",
                "INSERT INTO checked VALUES (2)");
        try (Diff diff = v1.diff(v2)) {
            assertThat(rows(diff, "public.t")).isEqualTo("~ {k=a} [v] {k=a, v=a} {k=a, v=b}");
            assertThat(rows(diff, "public.u")).isEqualTo("~ {k=a} [v] {k=a, v=1} {k=a, v=2}");
            assertThat(rows(diff, "public.checked")).isEqualTo("+ {id=2}");
            assertThat(diff.table("public.planned").reason())
                    .hasValueSatisfying(reason -> assertThat(reason).contains("planned(integer)"));
        }
    }

    @Test
    void endsItsServersWhenItIsClosedOrTheRepositoryIs() throws Exception {
        Snapshot v1 = snapshot("v1", "CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)");
        Diff diff = v1.diff(main.snapshot("v2", ""));
        Diff forgotten = v1.diff(snapshot("v3", "DELETE FROM t"));
        Stream<RowChange> rows = forgotten.table("public.t").rows();
        diff.close();
        diff.close();
        repo.close();
        assertThatThrownBy(rows::toList).isInstanceOf(dev.zvpg.error.ServerException.class);
        assertThatThrownBy(forgotten.table("public.t")::rows).isInstanceOf(dev.zvpg.error.ServerException.class);
        forgotten.close();
        repo = sandbox.zvpg(Postgres.embedded(18)).open();
        main = repo.branch("main");
    }
}
