package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.zvpg.Branch;
import dev.zvpg.Effort;
import dev.zvpg.MergeResult;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.MergeConflictException;
import dev.zvpg.merge.Conflict;
import dev.zvpg.merge.Conflict.CellConflict;
import dev.zvpg.merge.Conflict.ConstraintConflict;
import dev.zvpg.merge.Conflict.RowConflict;
import dev.zvpg.merge.Conflict.SchemaConflict;
import dev.zvpg.merge.Conflict.Side;
import dev.zvpg.merge.MergeOptions;
import dev.zvpg.merge.MergeReport;
import dev.zvpg.merge.Resolution;
import dev.zvpg.merge.Resolver;
import dev.zvpg.merge.TableMerge;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a merge makes of rows that two branches have changed: each kind of table, and each kind of conflict. */
@Tag(Effort.ANYBODY)
class MergeTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private Repository repo;
    private Branch main;
    private Branch feature;

    @BeforeEach
    void makeRepository() {
        repo = sandbox.zvpg(new Prepared(Postgres.embedded(18)))
                .setting("max_prepared_transactions", "5")
                .init();
        main = repo.branch("main");
        feature = main;
        main.start();
    }

    @AfterEach
    void destroyRepository() {
        repo.destroy();
    }

    /** Both branches have this when they part. */
    private void both(String... statements) throws SQLException {
        Sql.execute(main, statements);
        main.snapshot("v1", "");
        feature = main.branch("feature");
        feature.start();
    }

    private void ours(String... statements) throws SQLException {
        Sql.execute(main, statements);
    }

    private void theirs(String... statements) throws SQLException {
        Sql.execute(feature, statements);
        feature.stop();
    }

    private MergeConflictException conflicts(UnaryOperator<MergeOptions> options) {
        return catchThrowableOfType(MergeConflictException.class, () -> main.merge(feature, options));
    }

    private String rows(String query) throws SQLException {
        return Sql.value(
                main,
                "SELECT coalesce(string_agg(a_row::text, ' ' ORDER BY a_row::text COLLATE \"C\"), '') FROM (" + query
                        + ") a_row");
    }

    @Test
    void bothBranchesRowsAreThereAndSessionsStayConnected() throws Exception {
        both(
                "CREATE TABLE t (id int PRIMARY KEY, a text, b int)",
                "INSERT INTO t SELECT i, 'a' || i, i FROM generate_series(1, 8) i");
        ours(
                "UPDATE t SET a = 'ours' WHERE id = 1",
                "UPDATE t SET b = 100 WHERE id = 2",
                "DELETE FROM t WHERE id = 3",
                "INSERT INTO t VALUES (10, 'new', 10)",
                "UPDATE t SET a = 'same' WHERE id = 7");
        theirs(
                "UPDATE t SET a = 'theirs' WHERE id = 2",
                "UPDATE t SET b = NULL WHERE id = 4",
                "DELETE FROM t WHERE id = 5",
                "INSERT INTO t VALUES (11, E'tab\\tand\\nline\\\\', 11)",
                "UPDATE t SET a = 'same' WHERE id = 7");
        try (Connection session = main.dataSource().getConnection()) {
            MergeResult result = main.merge(feature);
            assertThat(result.kind()).isEqualTo(MergeResult.Kind.MERGED);
            assertThat(result.report().tables()).containsExactly(new TableMerge("postgres", "public.t", 1, 2, 1, 0));
            assertThat(session.isValid(5)).isTrue();
            assertThat(result.snapshot().parents()).hasSize(2);
            assertThat(rows("SELECT * FROM t"))
                    .isEqualTo("(1,ours,1) (10,new,10) (11,\"tab\tand\nline\\\\\",11) (2,theirs,100) (4,a4,) (6,a6,6) "
                            + "(7,same,7) (8,a8,8)");
            assertThat(main.merge(feature).kind()).isEqualTo(MergeResult.Kind.UP_TO_DATE);
            main.resetTo(result.before());
        }
        assertThat(rows("SELECT * FROM t WHERE id > 9 OR id = 2")).isEqualTo("(10,new,10) (2,a2,100)");
    }

    @Test
    void whatBothHaveChangedDifferentlyIsAConflictAndNothingHasChanged() throws Exception {
        both(
                "CREATE TABLE acc (id int PRIMARY KEY, balance int, seen timestamptz)",
                "INSERT INTO acc SELECT i, 100, '2026-01-01' FROM generate_series(1, 5) i");
        ours(
                "UPDATE acc SET balance = 110 WHERE id = 1",
                "DELETE FROM acc WHERE id = 2",
                "UPDATE acc SET balance = 130 WHERE id = 3",
                "INSERT INTO acc VALUES (6, 1, NULL)");
        theirs(
                "UPDATE acc SET balance = 80 WHERE id = 1",
                "UPDATE acc SET balance = 90 WHERE id = 2",
                "DELETE FROM acc WHERE id = 3",
                "INSERT INTO acc VALUES (6, 2, NULL)",
                "INSERT INTO acc VALUES (7, 7, NULL)");
        List<Snapshot> before = main.snapshots();
        MergeConflictException e = conflicts(o -> o);
        assertThat(e.conflicts())
                .containsExactly(
                        new CellConflict("postgres", "public.acc", Map.of("id", "1"), "balance", "100", "110", "80"),
                        new RowConflict(
                                "postgres",
                                "public.acc",
                                Map.of("id", "2"),
                                Map.of("id", "2", "balance", "100", "seen", "2026-01-01 00:00:00+00"),
                                Map.of(),
                                Map.of("id", "2", "balance", "90", "seen", "2026-01-01 00:00:00+00")),
                        new RowConflict(
                                "postgres",
                                "public.acc",
                                Map.of("id", "3"),
                                Map.of("id", "3", "balance", "100", "seen", "2026-01-01 00:00:00+00"),
                                Map.of("id", "3", "balance", "130", "seen", "2026-01-01 00:00:00+00"),
                                Map.of()),
                        new CellConflict("postgres", "public.acc", Map.of("id", "6"), "balance", null, "1", "2"));
        assertThat(e).hasMessageContaining("4 conflicts in public.acc");
        assertThat(main.snapshots()).isEqualTo(before);
        assertThat(rows("SELECT id, balance FROM acc")).isEqualTo("(1,110) (3,130) (4,100) (5,100) (6,1)");

        MergeReport report = main.rehearseMerge(feature);
        assertThat(report.conflictCount()).isEqualTo(4);
        assertThat(main.snapshots()).isEqualTo(before);

        assertThat(conflicts(o -> o.resolve("public.acc.balance", Resolver.ADD)).conflicts())
                .hasSize(3)
                .noneMatch(conflict -> conflict instanceof CellConflict cell && cell.base() != null);
        main.merge(
                feature,
                o -> o.theirs("public.acc")
                        .resolve("public.acc.balance", Resolver.ADD)
                        .resolve("*.seen", Resolver.NEWEST));
        assertThat(rows("SELECT id, balance FROM acc")).isEqualTo("(1,90) (2,90) (4,100) (5,100) (6,2) (7,7)");
    }

    @Test
    void newRowsByTheSameKeyGetFreshKeysAndWhatRefersToThemFollows() throws Exception {
        both(
                "CREATE TABLE orders (id serial PRIMARY KEY, name text, follows int REFERENCES orders)",
                "CREATE TABLE item (order_id int REFERENCES orders, line int, what text, PRIMARY KEY (order_id, line))",
                "CREATE TABLE note (order_id int REFERENCES orders, text text)",
                "CREATE TABLE latest (id int PRIMARY KEY, order_id bigint REFERENCES orders)",
                "INSERT INTO orders (name) SELECT 'old ' || i FROM generate_series(1, 3) i",
                "INSERT INTO latest VALUES (1, 3)");
        ours(
                "INSERT INTO orders (name) VALUES ('ours 4'), ('both 5')",
                "INSERT INTO orders (name, follows) VALUES ('both 6', 4)",
                "INSERT INTO item VALUES (4, 1, 'apple')",
                "INSERT INTO note VALUES (4, 'ours')");
        theirs(
                "INSERT INTO orders (name) VALUES ('theirs 4'), ('both 5')",
                "INSERT INTO orders (name, follows) VALUES ('both 6', 4)",
                "INSERT INTO orders (name, follows) VALUES ('theirs 7', 6)",
                "INSERT INTO item VALUES (4, 1, 'apple'), (4, 2, 'pear'), (5, 1, 'plum'), (1, 1, 'fig')",
                "INSERT INTO note VALUES (4, 'theirs'), (4, 'theirs'), (2, 'theirs')",
                "UPDATE latest SET order_id = 4");

        assertThat(conflicts(o -> o))
                .hasMessageContaining("1 conflict in public.orders")
                .hasMessageContaining("call renumber()");
        assertThatThrownBy(() -> main.merge(feature, o -> o.renumber("public.item")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("public.item")
                .hasMessageContaining("sequence");
        assertThatThrownBy(() -> main.merge(feature, o -> o.renumber("public.orders.id")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no table is called public.orders.id");

        MergeResult result = main.merge(feature, o -> o.renumber("public.orders"));
        // 4 is taken; 5 is the same row on both sides; 6 follows another 4, so it is another one, too
        assertThat(result.report().tables())
                .contains(
                        new TableMerge("postgres", "public.orders", 3, 0, 0, 2),
                        new TableMerge("postgres", "public.item", 4, 0, 0, 0));
        assertThat(rows("SELECT o.name, f.name AS follows FROM orders o LEFT JOIN orders f ON f.id = o.follows "
                        + "WHERE o.id > 3"))
                .isEqualTo("(\"both 5\",) (\"both 6\",\"ours 4\") (\"both 6\",\"theirs 4\") (\"ours 4\",) "
                        + "(\"theirs 4\",) (\"theirs 7\",\"both 6\")");
        assertThat(rows("SELECT o.name, i.line, i.what FROM item i JOIN orders o ON o.id = i.order_id"))
                .isEqualTo("(\"both 5\",1,plum) (\"old 1\",1,fig) (\"ours 4\",1,apple) (\"theirs 4\",1,apple) "
                        + "(\"theirs 4\",2,pear)");
        assertThat(rows("SELECT o.name, n.text FROM note n JOIN orders o ON o.id = n.order_id"))
                .isEqualTo("(\"old 2\",theirs) (\"ours 4\",ours) (\"theirs 4\",theirs) (\"theirs 4\",theirs)");
        assertThat(rows("SELECT o.name FROM latest l JOIN orders o ON o.id = l.order_id"))
                .isEqualTo("(\"theirs 4\")");
        Sql.execute(main, "INSERT INTO orders (name) VALUES ('next')"); // the sequence stands behind all
        assertThat(main.merge(feature, o -> o.renumber("*")).kind()).isEqualTo(MergeResult.Kind.UP_TO_DATE);
    }

    @Test
    @Tag(Effort.FULL)
    void freshKeysAreFoundWhereASequenceStandsBehindItsTable() throws Exception {
        both("CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text)");
        ours("INSERT INTO t OVERRIDING SYSTEM VALUE SELECT i, 'ours' FROM generate_series(1, 300) i");
        theirs("INSERT INTO t OVERRIDING SYSTEM VALUE SELECT i, 'theirs' FROM generate_series(299, 303) i");
        MergeResult result = main.merge(feature, o -> o.renumber("*"));
        assertThat(result.report().tables()).containsExactly(new TableMerge("postgres", "public.t", 5, 0, 0, 2));
        assertThat(rows("SELECT name, count(*), min(id), max(id) FROM t GROUP BY 1"))
                .isEqualTo("(ours,300,1,300) (theirs,5,301,305)");
        Sql.execute(main, "INSERT INTO t (name) VALUES ('next')");
    }

    @Test
    void aResolverMayBeAFunctionAndItsMistakesChangeNothing() throws Exception {
        both("CREATE TABLE t (id int PRIMARY KEY, n int)", "INSERT INTO t VALUES (1, 1)");
        ours("UPDATE t SET n = 2");
        theirs("UPDATE t SET n = 3");
        assertThatThrownBy(() -> main.merge(feature, o -> o.resolve("public.t.n", c -> Resolution.of("many"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("public.t")
                .hasMessageContaining("many");
        assertThatThrownBy(() -> main.merge(
                        feature,
                        o -> o.resolve("public.t.n", c -> {
                            throw new IllegalStateException("I do not know");
                        })))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("I do not know");
        assertThatThrownBy(() -> main.merge(feature, o -> o.theirs("public.tt")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("public.tt");
        assertThat(rows("SELECT * FROM t")).isEqualTo("(1,2)");
        main.merge(
                feature,
                o -> o.resolve(
                        "*",
                        c -> Resolution.of(((CellConflict) c)
                                .number(Side.OURS)
                                .max(((CellConflict) c).number(Side.THEIRS))
                                .toString())));
        assertThat(rows("SELECT * FROM t")).isEqualTo("(1,3)");
    }

    @Test
    void whatConstraintsForbidIsAConflict() throws Exception {
        both(
                "CREATE TABLE p (id int PRIMARY KEY, mail text UNIQUE, n int CHECK (n < 100))",
                "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p ON DELETE CASCADE)",
                "CREATE TABLE d (id int PRIMARY KEY, u int UNIQUE DEFERRABLE INITIALLY DEFERRED)",
                "INSERT INTO p SELECT i, i || '@', i FROM generate_series(1, 6) i",
                "INSERT INTO d VALUES (1, 1), (2, 2)");
        ours(
                "INSERT INTO p VALUES (10, 'x@', 1)",
                "DELETE FROM p WHERE id = 2",
                "INSERT INTO c VALUES (1, 3)",
                "INSERT INTO d VALUES (3, 3)");
        theirs(
                "INSERT INTO p VALUES (11, 'x@', 1)",
                "INSERT INTO c VALUES (2, 2)",
                "DELETE FROM p WHERE id = 3",
                "INSERT INTO d VALUES (4, 3)");
        assertThat(conflicts(o -> o).conflicts())
                .containsExactlyInAnyOrder(
                        new ConstraintConflict("postgres", "public.p", "p_mail_key", "Key (mail)=(x@) already exists."),
                        new ConstraintConflict("postgres", "public.d", "d_u_key", "Key (u)=(3) already exists."));
        ours("DELETE FROM p WHERE id = 10", "DELETE FROM d WHERE id = 3");
        assertThat(conflicts(o -> o).conflicts())
                .satisfiesExactlyInAnyOrder(
                        conflict -> assertThat(conflict)
                                .isEqualTo(new ConstraintConflict(
                                        "postgres",
                                        "public.c",
                                        "c_p_fkey",
                                        "Key (p)=(2) is not present in table public.p.")),
                        conflict -> assertThat(conflict)
                                .isEqualTo(new ConstraintConflict(
                                        "postgres",
                                        "public.p",
                                        "c_p_fkey",
                                        "Key (id)=(3) is still referenced from table public.c.")));
        ours("INSERT INTO p VALUES (2, '2@', 2)", "DELETE FROM c");
        main.merge(feature);
        assertThat(rows("SELECT * FROM c")).isEqualTo("(2,2)");
        assertThat(rows("SELECT id FROM p")).isEqualTo("(1) (11) (2) (4) (5) (6)");
        assertThat(rows("SELECT * FROM d")).isEqualTo("(1,1) (2,2) (4,3)");
    }

    @Test
    void uniqueValuesMaySwapAndTriggersDoNotFire() throws Exception {
        both(
                "CREATE TABLE log (what text)",
                "CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS "
                        + "'BEGIN INSERT INTO public.log VALUES (TG_NAME); RETURN NULL; END'",
                "CREATE TABLE t (id int PRIMARY KEY, u int UNIQUE, r int4range, own text, "
                        + "EXCLUDE USING gist (r WITH &&))",
                "CREATE TRIGGER usual AFTER UPDATE OR INSERT OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION told()",
                "CREATE TRIGGER always AFTER UPDATE OR INSERT OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION told()",
                "ALTER TABLE t ENABLE ALWAYS TRIGGER always",
                "INSERT INTO t VALUES (1, 1, '[1,2)', 'x'), (2, 2, '[2,3)', 'y')",
                "DELETE FROM log");
        ours("ALTER TABLE t ADD COLUMN more text DEFAULT 'more'", "UPDATE t SET more = 'ours' WHERE id = 1");
        theirs(
                "UPDATE t SET u = -1 WHERE id = 1",
                "UPDATE t SET u = 1 WHERE id = 2",
                "UPDATE t SET u = 2 WHERE id = 1",
                "UPDATE t SET r = '[9,10)' WHERE id = 1",
                "UPDATE t SET r = '[1,2)' WHERE id = 2",
                "UPDATE t SET r = '[2,3)' WHERE id = 1",
                "INSERT INTO t VALUES (3, 3, '[3,4)', 'z')",
                "DELETE FROM log");
        MergeResult result = main.merge(feature);
        assertThat(rows("SELECT * FROM t"))
                .isEqualTo("(1,2,\"[2,3)\",x,ours) (2,1,\"[1,2)\",y,more) (3,3,\"[3,4)\",z,more)");
        assertThat(rows("SELECT * FROM log")).isEqualTo("(always) (usual)");
        assertThat(rows("SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal"))
                .isEqualTo("(always,A) (usual,O)");
        assertThat(result.report().notMerged()).singleElement().asString().contains("always");
    }

    @Test
    void everyKindOfTableIsMerged() throws Exception {
        both(
                "CREATE TABLE keyless (a int, b text)",
                "INSERT INTO keyless SELECT i % 3, 'x' FROM generate_series(1, 9) i",
                "CREATE TABLE parts (id int, region text, n int, PRIMARY KEY (id, region)) PARTITION BY LIST (region)",
                "CREATE TABLE east PARTITION OF parts FOR VALUES IN ('east')",
                "CREATE TABLE west PARTITION OF parts FOR VALUES IN ('west')",
                "INSERT INTO parts VALUES (1, 'east', 1), (2, 'west', 2), (3, 'east', 3)",
                "CREATE TABLE parent (id int PRIMARY KEY, a text)",
                "CREATE TABLE child (more int) INHERITS (parent)",
                "INSERT INTO parent VALUES (1, 'p')",
                "INSERT INTO child VALUES (1, 'c', 1)",
                "CREATE TABLE g (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int, twice int GENERATED ALWAYS AS "
                        + "(n * 2) STORED, thrice int GENERATED ALWAYS AS (n * 3) VIRTUAL)",
                "INSERT INTO g (n) VALUES (1), (2)",
                "CREATE TYPE mood AS ENUM ('sad', 'ok')",
                "CREATE TABLE e (m mood PRIMARY KEY, arr text[], j jsonb, b bytea, num numeric, r bool, c char(5))",
                "INSERT INTO e VALUES ('sad', '{a,NULL,\"b c\"}', '{\"a\": 1}', '\\x00ff', 1.10, true, 'x')",
                "CREATE TABLE \"Odd\" (\"Key\" text PRIMARY KEY, \"zvpg base\" int, n numeric)",
                "INSERT INTO \"Odd\" VALUES ('it''s', 1, 1.0), ('n', 2, 1.0)");
        ours(
                "INSERT INTO keyless VALUES (7, 'ours')",
                "DELETE FROM keyless WHERE ctid = (SELECT min(ctid) FROM keyless WHERE a = 0)",
                "UPDATE parts SET n = 10 WHERE id = 1",
                "INSERT INTO g (n) VALUES (3)",
                "DELETE FROM g WHERE n = 3",
                "UPDATE e SET num = 2.20");
        theirs(
                "INSERT INTO keyless VALUES (8, 'theirs'), (8, 'theirs'), (NULL, NULL)",
                "DELETE FROM keyless WHERE ctid = (SELECT min(ctid) FROM keyless WHERE a = 0)",
                "DELETE FROM keyless WHERE a = 1",
                "UPDATE parts SET region = 'west' WHERE id = 3",
                "UPDATE parts SET n = 20 WHERE id = 2",
                "UPDATE ONLY parent SET a = 'P'",
                "UPDATE child SET a = 'C'",
                "INSERT INTO g (n) OVERRIDING SYSTEM VALUE VALUES (5)",
                "UPDATE g SET n = 9 WHERE id = 1",
                "UPDATE e SET arr = '{}', j = '[1, \"\\\\\"]', b = NULL, r = false, c = 'yz'",
                "UPDATE \"Odd\" SET n = 1.00, \"zvpg base\" = 7");
        main.merge(feature);
        assertThat(rows("SELECT a, b, count(*) FROM keyless GROUP BY 1, 2"))
                .isEqualTo("(,,1) (0,x,1) (2,x,3) (7,ours,1) (8,theirs,2)");
        assertThat(rows("SELECT tableoid::regclass, * FROM parts"))
                .isEqualTo("(east,1,east,10) (west,2,west,20) (west,3,west,3)");
        assertThat(rows("SELECT tableoid::regclass, id, a FROM parent")).isEqualTo("(child,1,C) (parent,1,P)");
        assertThat(rows("SELECT * FROM g")).isEqualTo("(1,9,18,27) (2,2,4,6) (3,5,10,15)");
        assertThat(rows("SELECT * FROM e")).isEqualTo("(sad,{},\"[1, \"\"\\\\\\\\\"\"]\",,2.20,f,\"yz   \")");
        assertThat(rows("SELECT * FROM \"Odd\"")).isEqualTo("(it's,7,1.00) (n,7,1.00)");
        Sql.execute(main, "INSERT INTO g (n) VALUES (4)");
    }

    @Test
    @Tag(Effort.FULL)
    void copiesThatAreNotThereAnyMoreAreAConflict() throws Exception {
        both("CREATE TABLE t (a int)", "INSERT INTO t VALUES (1), (1), (2)");
        ours("DELETE FROM t WHERE a = 1");
        theirs("DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t WHERE a = 1)");
        assertThat(conflicts(o -> o).conflicts())
                .containsExactly(
                        new RowConflict("postgres", "public.t", Map.of(), Map.of("a", "1"), Map.of(), Map.of()));
        main.merge(feature, o -> o.ours("public.t"));
        assertThat(rows("SELECT * FROM t")).isEqualTo("(2)");
    }

    @Test
    void severalDatabasesLargeObjectsAndSequencesAreMerged() throws Exception {
        Sql.execute(main, "CREATE DATABASE shop");
        inShop(main, "CREATE TABLE t (id int PRIMARY KEY, n int)", "INSERT INTO t VALUES (1, 1)");
        both("CREATE SEQUENCE s", "SELECT lo_from_bytea(4000, 'one')", "SELECT lo_from_bytea(4001, 'two')");
        inShop(main, "UPDATE t SET n = 2");
        ours("SELECT nextval('s')");
        inShop(feature, "INSERT INTO t VALUES (2, 2)");
        theirs(
                "SELECT setval('s', 500)",
                "SELECT lo_from_bytea(4002, 'three')",
                "SELECT lo_put(4000, 0, 'ONE')",
                "SELECT lo_unlink(4001)");
        MergeResult result = main.merge(feature);
        assertThat(result.report().tables()).extracting(TableMerge::database).containsExactly("postgres", "shop");
        assertThat(result.report().sequences()).isEqualTo(1);
        assertThat(Sql.value(main, "SELECT nextval('s') > 500")).isEqualTo("t");
        assertThat(rows("SELECT oid, convert_from(lo_get(oid), 'UTF8') FROM pg_largeobject_metadata"))
                .isEqualTo("(4000,ONE) (4002,three)");
        try (Connection connection = main.dataSource("shop").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE t SET n = n / (SELECT count(*) - 1 FROM t)");
        }
    }

    private static void inShop(Branch branch, String... statements) throws SQLException {
        try (Connection connection = branch.dataSource("shop").getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @Test
    @Tag(Effort.FULL)
    void whatATableIsMayBeInTheWay() throws Exception {
        both(
                "CREATE TABLE gone (id int PRIMARY KEY)",
                "CREATE TABLE narrow (id int PRIMARY KEY, a int, b int)",
                "CREATE TABLE kind (id int PRIMARY KEY, a int)",
                "CREATE TABLE renamed (id int PRIMARY KEY, a int)",
                "CREATE UNLOGGED TABLE scratch (id int)",
                "INSERT INTO narrow VALUES (1, 1, 1)",
                "INSERT INTO kind VALUES (1, 1)",
                "INSERT INTO renamed VALUES (1, 1)");
        ours(
                "DROP TABLE gone",
                "ALTER TABLE narrow DROP COLUMN b",
                "ALTER TABLE kind ALTER COLUMN a TYPE text",
                "ALTER TABLE renamed RENAME TO other",
                "ALTER TABLE other RENAME COLUMN a TO z");
        theirs(
                "INSERT INTO gone VALUES (1)",
                "UPDATE narrow SET b = 2",
                "UPDATE kind SET a = 2",
                "UPDATE renamed SET a = 2");
        assertThat(conflicts(o -> o.theirs()).conflicts())
                .allMatch(SchemaConflict.class::isInstance)
                .extracting(Conflict::table)
                .containsExactlyInAnyOrder("public.gone", "public.kind.a", "public.narrow.b");
        ours(
                "CREATE TABLE gone (id int PRIMARY KEY)",
                "ALTER TABLE narrow ADD COLUMN b int",
                "ALTER TABLE kind ALTER COLUMN a TYPE int USING a::int");
        assertThat(main.rehearseMerge(feature).notMerged())
                .singleElement()
                .asString()
                .contains("public.scratch")
                .contains("unlogged");
    }

    @Test
    void whatIsTheWholeClustersOrNoRowsBusinessIsToldAndNotMerged() throws Exception {
        both("CREATE TABLE t (id int PRIMARY KEY, a int)", "INSERT INTO t VALUES (1, 1)");
        ours("UPDATE t SET a = 2");
        theirs("CREATE ROLE reader", "CREATE PUBLICATION everything FOR ALL TABLES");
        MergeReport report = main.rehearseMerge(feature);
        assertThat(report.conflicts()).isEmpty();
        assertThat(report.schema()).isEmpty();
        assertThat(report.notMerged())
                .anyMatch(line -> line.contains("role reader"))
                .anyMatch(line -> line.contains("publication everything"));
    }

    @Test
    @Tag(Effort.FULL)
    void writingAsSuperuserRunsNobodyElsesFunctions() throws Exception {
        both(
                "CREATE ROLE app LOGIN",
                "GRANT CREATE ON SCHEMA public TO app",
                "SET ROLE app",
                "CREATE FUNCTION evil(int) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RETURN true; END'",
                "CREATE TABLE checked (id int PRIMARY KEY, n int CHECK (evil(n)))",
                "CREATE DOMAIN trap AS int CHECK (evil(VALUE))",
                "CREATE TABLE domained (id int PRIMARY KEY, n trap[])",
                "CREATE TABLE calm (id int PRIMARY KEY, n int)",
                "RESET ROLE");
        theirs(
                "INSERT INTO checked VALUES (1, 1)",
                "INSERT INTO domained VALUES (1, '{1}')",
                "INSERT INTO calm VALUES (1, 1)");
        ours("INSERT INTO calm VALUES (2, 2)");
        assertThat(conflicts(o -> o).conflicts())
                .extracting(Conflict::table)
                .containsExactly("public.checked", "public.domained");
        ours("ALTER FUNCTION evil(int) OWNER TO CURRENT_USER");
        main.merge(feature);
        assertThat(rows("SELECT id FROM calm")).isEqualTo("(1) (2)");
    }

    @Test
    @Tag(Effort.FULL)
    void aLockThatSomebodyHoldsIsNamed() throws Exception {
        both("CREATE TABLE t (id int PRIMARY KEY)");
        theirs("INSERT INTO t VALUES (1)");
        ours("INSERT INTO t VALUES (2)", "BEGIN", "INSERT INTO t VALUES (3)", "PREPARE TRANSACTION 'slow'");
        assertThatThrownBy(() -> main.merge(feature))
                .isInstanceOf(InUseException.class)
                .hasMessageContaining("prepared transaction 'slow' on public.t");
        ours("COMMIT PREPARED 'slow'");
        main.merge(feature);
        assertThat(rows("SELECT * FROM t")).isEqualTo("(1) (2) (3)");
    }

    @Test
    @Tag(Effort.FULL)
    void crosswiseMergesThatDisagreeAreAConflict() throws Exception {
        both("CREATE TABLE t (id int PRIMARY KEY, n int)", "INSERT INTO t VALUES (1, 0), (2, 0), (3, 0)");
        ours("UPDATE t SET n = 1 WHERE id = 1");
        Sql.execute(feature, "UPDATE t SET n = 2 WHERE id = 2");
        Snapshot ours = main.snapshot("a", "");
        feature.snapshot("b", "");
        Branch older = ours.branch("older");
        main.merge(feature);
        Sql.execute(main, "UPDATE t SET n = 0 WHERE id = 1");
        feature.merge(older);
        assertThat(rows("SELECT * FROM t")).isEqualTo("(1,0) (2,2) (3,0)");
        assertThat(conflicts(o -> o).conflicts())
                .containsExactly(new CellConflict("postgres", "public.t", Map.of("id", "1"), "n", "1", "0", "1"));
    }

    @Test
    @Tag(Effort.FULL)
    void sequencesGoOnBehindTheRowsThatCame() throws Exception {
        both(
                "CREATE TABLE owned (id serial PRIMARY KEY, n int)",
                "CREATE TABLE identity (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int)",
                "CREATE SEQUENCE down INCREMENT -1 MINVALUE -100 MAXVALUE -1",
                "CREATE TABLE named (id int DEFAULT nextval('down') PRIMARY KEY, n int)");
        ours("INSERT INTO owned(n) VALUES (1)", "DELETE FROM owned");
        theirs(
                "INSERT INTO owned(n) SELECT i FROM generate_series(1, 5) i",
                "INSERT INTO owned VALUES (2147483647, 0)",
                "INSERT INTO identity(n) SELECT i FROM generate_series(1, 5) i",
                "INSERT INTO named(n) SELECT i FROM generate_series(1, 5) i",
                "INSERT INTO named VALUES (7, 0)",
                "DELETE FROM owned WHERE id = 2147483647");
        ours("INSERT INTO owned(id, n) VALUES (-1, -1)");
        main.merge(feature);
        ours(
                "INSERT INTO owned(n) VALUES (6)",
                "INSERT INTO identity(n) VALUES (6)",
                "INSERT INTO named(n) VALUES (6)");
        assertThat(rows("SELECT id FROM owned WHERE n = 6")).isEqualTo("(6)");
        assertThat(rows("SELECT id FROM identity WHERE n = 6")).isEqualTo("(6)");
        assertThat(rows("SELECT id FROM named WHERE n = 6")).isEqualTo("(-6)");
    }

    @Test
    @Tag(Effort.FULL)
    void deferrableConstraintsOfEveryKindHold() throws Exception {
        both(
                "CREATE TABLE one (id int PRIMARY KEY, a text, EXCLUDE USING btree (lower(a) WITH =) DEFERRABLE)",
                "CREATE TABLE two (id int PRIMARY KEY, a int, UNIQUE NULLS NOT DISTINCT (a) DEFERRABLE INITIALLY DEFERRED)",
                "CREATE TABLE few (id int PRIMARY KEY, a int, EXCLUDE USING btree (a WITH =) WHERE (a > 0) DEFERRABLE)",
                "CREATE TABLE parts (id int, a int, PRIMARY KEY (id) DEFERRABLE) PARTITION BY RANGE (id)",
                "CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (10)");
        ours(
                "INSERT INTO one VALUES (1, 'A')",
                "INSERT INTO two VALUES (1, NULL)",
                "INSERT INTO few VALUES (1, 1), (2, 0)",
                "INSERT INTO parts VALUES (1, 1)");
        theirs(
                "INSERT INTO one VALUES (2, 'a')",
                "INSERT INTO two VALUES (2, NULL)",
                "INSERT INTO few VALUES (3, 1), (4, 0)",
                "INSERT INTO parts VALUES (2, 1)");
        assertThat(conflicts(o -> o).conflicts())
                .extracting(Conflict::table)
                .containsExactlyInAnyOrder("public.one", "public.two", "public.few");
        ours("DELETE FROM one", "DELETE FROM two", "DELETE FROM few WHERE a > 0");
        main.merge(feature);
        assertThat(rows("SELECT * FROM few")).isEqualTo("(2,0) (3,1) (4,0)");
        assertThat(rows("SELECT DISTINCT tgenabled FROM pg_trigger")).isEqualTo("(O)");
        assertThatThrownBy(() -> ours("INSERT INTO parts VALUES (2, 2)"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("duplicate");
    }

    @Test
    @Tag(Effort.FULL)
    void foreignKeysOfEveryKindHold() throws Exception {
        both(
                "CREATE TABLE \"100%s\" (name text COLLATE \"C\" PRIMARY KEY)",
                "CREATE TABLE collated (id int PRIMARY KEY, name text COLLATE \"POSIX\" REFERENCES \"100%s\")",
                "CREATE TABLE root (id int, kind int, sub int, PRIMARY KEY (id, kind, sub)) PARTITION BY LIST (kind)",
                "CREATE TABLE middle PARTITION OF root FOR VALUES IN (1) PARTITION BY LIST (sub)",
                "CREATE TABLE leaf PARTITION OF middle FOR VALUES IN (1)",
                "CREATE TABLE other PARTITION OF root FOR VALUES IN (2)",
                "CREATE TABLE parent (id int PRIMARY KEY)",
                "ALTER TABLE middle ADD CONSTRAINT middle_key FOREIGN KEY (id) REFERENCES parent",
                "CREATE TABLE keyless (n int, double int GENERATED ALWAYS AS (n * 2) STORED REFERENCES parent)",
                "CREATE EXTENSION btree_gist",
                "CREATE TABLE price (id int, during int4range, PRIMARY KEY (id, during WITHOUT OVERLAPS))",
                "CREATE TABLE booking (id int PRIMARY KEY, price int, during int4range, "
                        + "FOREIGN KEY (price, PERIOD during) REFERENCES price)",
                "INSERT INTO \"100%s\" VALUES ('a'), ('b')",
                "INSERT INTO parent VALUES (1), (2)",
                "INSERT INTO price VALUES (1, '[1,5)'), (1, '[5,9)')");
        ours(
                "DELETE FROM \"100%s\" WHERE name = 'a'",
                "DELETE FROM parent WHERE id = 2", "DELETE FROM price WHERE during = '[5,9)'");
        theirs(
                "INSERT INTO collated VALUES (1, 'a'), (2, 'b')",
                "INSERT INTO root VALUES (2, 1, 1), (2, 2, 1)",
                "INSERT INTO keyless VALUES (1)",
                "INSERT INTO booking VALUES (1, 1, '[2,4)'), (2, 1, '[4,6)')");
        assertThat(conflicts(o -> o).conflicts())
                .extracting(conflict ->
                        ((ConstraintConflict) conflict).constraint() + ": " + ((ConstraintConflict) conflict).rows())
                .containsExactlyInAnyOrder(
                        "collated_name_fkey: Key (name)=(a) is not present in table public.\"100%s\".",
                        "middle_key: Key (id)=(2) is not present in table public.parent.",
                        "keyless_double_fkey: Key (double)=(2) is not present in table public.parent.",
                        "booking_price_during_fkey: Key (price, during)=(1, [4,6)) is not present in table public.price.");
        ours(
                "INSERT INTO parent VALUES (2)",
                "INSERT INTO price VALUES (1, '[5,7)')",
                "INSERT INTO \"100%s\" VALUES ('a')");
        main.merge(feature);
        assertThat(rows("SELECT * FROM keyless")).isEqualTo("(1,2)");
        assertThat(rows("SELECT count(*) FROM booking")).isEqualTo("(2)");
    }

    @Test
    @Tag(Effort.FULL)
    void whatAForeignKeyLeadsToRunsNobodyElsesFunctions() throws Exception {
        both(
                "CREATE ROLE app LOGIN",
                "GRANT CREATE ON SCHEMA public TO app",
                "CREATE TABLE parent (id int PRIMARY KEY)",
                "CREATE DOMAIN required AS int NOT NULL",
                "GRANT REFERENCES ON parent TO app",
                "SET ROLE app",
                "CREATE FUNCTION evil(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1; END'",
                "CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent)",
                "RESET ROLE");
        ours(
                "INSERT INTO parent VALUES (1)",
                "ALTER TABLE parent ADD own required DEFAULT 1",
                "SET ROLE app",
                "CREATE INDEX ON child (evil(id))");
        theirs("INSERT INTO parent VALUES (2)");
        assertThat(conflicts(o -> o).conflicts())
                .singleElement()
                .satisfies(conflict -> assertThat(conflict.toString())
                        .contains("public.parent", "foreign keys would run public.evil(integer) as superuser"));
        ours("DROP FUNCTION evil CASCADE");
        main.merge(feature);
        assertThat(rows("SELECT * FROM parent")).isEqualTo("(1,1) (2,1)");
    }
}
