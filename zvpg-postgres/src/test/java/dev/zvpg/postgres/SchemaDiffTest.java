package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.zvpg.Branch;
import dev.zvpg.Diff;
import dev.zvpg.Effort;
import dev.zvpg.ScratchClone;
import dev.zvpg.Snapshot;
import dev.zvpg.diff.SchemaChange;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which definitions are different between two states of a cluster. */
@Tag(Effort.ANYBODY)
class SchemaDiffTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    static Stream<Postgres> versions() {
        return Versions14To18.embedded();
    }

    private static Branch branch(String name, Snapshot from, String... statements) throws SQLException {
        Branch branch = from.branch(name);
        branch.start();
        Sql.execute(branch, statements);
        return branch;
    }

    private static List<String> lines(Diff diff) {
        return diff.schema().stream().map(SchemaCase::line).toList();
    }

    private static void given(Branch main) throws SQLException {
        Sql.execute(main, "CREATE ROLE low");
        for (SchemaCase each : SchemaCase.ofAllVersions()) {
            Sql.execute(main, each.given());
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void tellsEachChangeAndNothingElse(Postgres postgres) throws Exception {
        sandbox.with(postgres, main -> {
            given(main);
            Snapshot v1 = main.snapshot("v1", "");
            for (SchemaCase each : SchemaCase.ofAllVersions()) {
                Sql.execute(main, each.change());
            }
            List<String> told = SchemaCase.ofAllVersions().stream()
                    .flatMap(each -> each.told().stream())
                    .toList();
            try (Diff diff = v1.diff(main)) {
                assertThat(lines(diff)).containsExactlyInAnyOrderElementsOf(told);
                assertThat(diff.stat().schemaChanges()).isEqualTo(told.size());
            }
            try (Diff back = main.diff(v1)) {
                assertThat(back.schema()).as("the other way round").hasSize(told.size());
            }
        });
    }

    @ParameterizedTest
    @MethodSource("versions")
    void tellsNothingOfHousekeepingAndOfWhatIsMadeAgain(Postgres postgres) throws Exception {
        sandbox.with(postgres, main -> {
            given(main);
            Sql.execute(
                    main,
                    "CREATE TABLE keep (id serial PRIMARY KEY, v text, w int UNIQUE CHECK (w > 0))",
                    "CREATE INDEX keep_v ON keep (v)",
                    "INSERT INTO keep (v, w) SELECT repeat('x', 3000), g FROM generate_series(1, 99) g",
                    "CREATE TABLE again (id serial PRIMARY KEY, old int, v text DEFAULT 'a')",
                    "ALTER TABLE again DROP COLUMN old",
                    "CREATE VIEW again_v AS SELECT id, v FROM again",
                    "CREATE FUNCTION again_f(again) RETURNS int LANGUAGE sql AS 'SELECT 1'",
                    "CREATE TYPE again_t AS ENUM ('a', 'b')",
                    "CREATE TABLE again_u (v again_t DEFAULT 'a')");
            Snapshot v1 = main.snapshot("v1", "");
            try (Diff diff = v1.clone("trial").changes()) {
                assertThat(diff.schema()).isEmpty();
            }
            Sql.execute(
                    main,
                    "CLUSTER keep USING keep_v",
                    "ANALYZE",
                    "VACUUM FULL keep",
                    "REINDEX TABLE keep",
                    "REINDEX TABLE CONCURRENTLY keep",
                    "TRUNCATE p1, keep RESTART IDENTITY",
                    "REFRESH MATERIALIZED VIEW v3",
                    "CREATE TEMP TABLE temporary (id serial PRIMARY KEY)",
                    "CREATE TEMP VIEW temporary_v AS SELECT * FROM temporary",
                    "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                    "DROP TABLE again, again_u CASCADE",
                    "DROP TYPE again_t",
                    "CREATE TYPE again_t AS ENUM ('a', 'b')",
                    "CREATE TABLE again_u (v again_t DEFAULT 'a')",
                    "CREATE TABLE again (id serial PRIMARY KEY, v text DEFAULT 'a')",
                    "CREATE VIEW again_v AS SELECT id, v FROM again",
                    "CREATE FUNCTION again_f(again) RETURNS int LANGUAGE sql AS 'SELECT 1'");
            try (Diff diff = v1.diff(main)) {
                assertThat(lines(diff)).isEmpty();
            }
        });
    }

    @Test
    void seesAChangeThatIsTheOnlyOne() throws Exception {
        sandbox.with(Postgres.embedded(18), main -> {
            Sql.execute(
                    main,
                    "CREATE TABLE t (id int PRIMARY KEY, v int)",
                    "ALTER TABLE t ADD CONSTRAINT v_given NOT NULL v NOT VALID",
                    "CREATE VIEW w AS SELECT 1 AS a",
                    "CREATE SEQUENCE s",
                    "CREATE ROLE low");
            Snapshot v1 = main.snapshot("v1", "");
            for (String change : List.of(
                    "CREATE OR REPLACE VIEW w AS SELECT 2 AS a",
                    "ALTER TABLE t VALIDATE CONSTRAINT v_given",
                    "ALTER SEQUENCE s OWNED BY t.id",
                    "COMMENT ON TABLE t IS 'seen'",
                    "GRANT SELECT ON t TO low",
                    "ALTER ROLE low LOGIN",
                    "VACUUM FULL pg_class; ALTER TABLE t RENAME TO u")) {
                try (ScratchClone pg = v1.scratch();
                        Connection session = pg.dataSource().getConnection();
                        Statement statement = session.createStatement()) {
                    for (String sql : change.split(";", -1)) {
                        statement.execute(sql);
                    }
                    try (Diff diff = pg.changes()) {
                        assertThat(lines(diff)).as(change).hasSize(1);
                    }
                }
            }
            try (Connection open = main.dataSource().getConnection();
                    Statement statement = open.createStatement()) {
                open.setAutoCommit(false);
                statement.execute("CREATE TABLE late (id int)");
                Snapshot v2 = main.snapshot("v2", "");
                open.commit();
                try (Diff diff = v2.diff(main)) {
                    assertThat(lines(diff)).containsExactly("added table public.late");
                }
            }
        });
    }

    @Test
    void holdsTogetherWhatTwoBranchesMadeUnderTheSameNumbers() throws Exception {
        sandbox.with(Postgres.embedded(18), main -> {
            Sql.execute(main, "CREATE TABLE t (id int PRIMARY KEY, v int)");
            Snapshot v1 = main.snapshot("v1", "");
            Branch one = branch(
                    "one",
                    v1,
                    "CREATE ROLE low1",
                    "CREATE TYPE mood AS ENUM ('a')",
                    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                    "CREATE TABLE made (id int PRIMARY KEY, m mood, only1 int)",
                    "ALTER TABLE made OWNER TO low1",
                    "CREATE VIEW w AS SELECT f()",
                    "ALTER TABLE t ADD COLUMN a int",
                    "ALTER TABLE t RENAME v TO v1");
            Branch other = branch(
                    "other",
                    v1,
                    "CREATE ROLE low2",
                    "CREATE DOMAIN mood2 AS text",
                    "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                    "CREATE TYPE mood AS ENUM ('a')",
                    "CREATE TABLE made (id int PRIMARY KEY, m mood, only2 int)",
                    "ALTER TABLE made OWNER TO low2",
                    "CREATE VIEW w AS SELECT g()",
                    "ALTER TABLE t ADD COLUMN b int",
                    "ALTER TABLE t RENAME v TO v2");
            try (Diff diff = one.diff(other)) {
                assertThat(lines(diff))
                        .containsExactlyInAnyOrder(
                                "cluster: dropped role low1",
                                "cluster: added role low2",
                                "added type public.mood2",
                                "dropped function public.f()",
                                "added function public.g()",
                                "dropped table column public.made.only1",
                                "added table column public.made.only2",
                                "changed table public.made: owner low1 to low2",
                                "changed view public.w: definition  SELECT public.f() AS f; to  SELECT public.g() AS g;",
                                "dropped view column public.w.f",
                                "added view column public.w.g",
                                "dropped table column public.t.a",
                                "added table column public.t.b",
                                "renamed table column public.t.v1 to public.t.v2");
            }
        });
    }

    @ParameterizedTest
    @MethodSource("versions")
    void tellsWhatIsTheWholeClusters(Postgres postgres) throws Exception {
        sandbox.with(postgres, main -> {
            Sql.execute(
                    main,
                    "CREATE ROLE renamed",
                    "CREATE ROLE changed PASSWORD 'one'",
                    "CREATE ROLE grouped",
                    "CREATE ROLE dropped",
                    "CREATE DATABASE shop",
                    "CREATE DATABASE gone",
                    "CREATE DATABASE moved");
            Sql.execute(main, "CREATE TABLE t (id int)", "GRANT SELECT ON t TO renamed");
            Snapshot v1 = main.snapshot("v1", "");
            Sql.execute(
                    main,
                    "ALTER ROLE renamed RENAME TO other",
                    "ALTER ROLE changed PASSWORD 'two' CREATEDB CONNECTION LIMIT 5",
                    "ALTER ROLE changed SET work_mem = '1MB'",
                    "GRANT grouped TO changed",
                    "DROP ROLE dropped",
                    "CREATE ROLE added",
                    "DROP DATABASE gone",
                    "CREATE DATABASE new",
                    "ALTER DATABASE moved RENAME TO moved2",
                    "COMMENT ON DATABASE shop IS 'a shop'",
                    "ALTER DATABASE shop SET work_mem = '2MB'");
            try (Connection shop = main.dataSource("shop").getConnection();
                    Statement statement = shop.createStatement()) {
                statement.execute("CREATE TABLE t (id int)");
            }
            try (Diff diff = v1.diff(main)) {
                assertThat(diff.schema().stream()
                                .filter(change -> change.database().isEmpty())
                                .map(change -> SchemaCase.line(change).replaceAll("\\{.*\\}", "{}")))
                        .containsExactlyInAnyOrder(
                                "cluster: renamed role renamed to other",
                                "cluster: changed role changed: connlimit -1 to 5, createdb false to true,"
                                        + " member of null to grouped {}, password (not shown) to (not shown),"
                                        + " settings null to work_mem=1MB",
                                "cluster: dropped role dropped",
                                "cluster: added role added",
                                "cluster: dropped database gone",
                                "cluster: added database new",
                                "cluster: renamed database moved to moved2",
                                "cluster: changed database shop: comment null to a shop, settings null to work_mem=2MB");
                assertThat(diff.schema().stream()
                                .filter(change -> !change.database().isEmpty()))
                        .singleElement()
                        .satisfies(change -> {
                            assertThat(change.database()).isEqualTo("shop");
                            assertThat(change).isInstanceOf(SchemaChange.Added.class);
                        });
            }
        });
    }

    @Test
    void knowsWhatCameWithTheNewestVersion() throws Exception {
        sandbox.with(Postgres.embedded(18), main -> {
            Sql.execute(
                    main,
                    "CREATE TABLE a (id int PRIMARY KEY, v int, w int, x int NOT NULL)",
                    "CREATE TABLE c (id int)",
                    "CREATE TABLE p (id int, v int) PARTITION BY LIST (id)",
                    "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)");
            Snapshot v1 = main.snapshot("v1", "");
            Sql.execute(
                    main,
                    "ALTER TABLE a ADD COLUMN g int GENERATED ALWAYS AS (v + 1) VIRTUAL",
                    "ALTER TABLE a ADD CONSTRAINT w_given NOT NULL w NOT VALID",
                    "ALTER TABLE a ALTER v SET NOT NULL",
                    "ALTER TABLE p ALTER v SET NOT NULL",
                    "ALTER TABLE a RENAME CONSTRAINT a_x_not_null TO x_given",
                    "ALTER TABLE c ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES a NOT ENFORCED",
                    "ALTER TABLE a ADD CONSTRAINT k CHECK (v > 0) NOT ENFORCED");
            try (Diff diff = v1.diff(main)) {
                assertThat(lines(diff))
                        .containsExactlyInAnyOrder(
                                "added table column public.a.g",
                                "changed table column public.a.w: notnull null to CONSTRAINT w_given NOT NULL w NOT VALID",
                                "changed table column public.a.v: notnull null to CONSTRAINT a_v_not_null NOT NULL v",
                                "changed table column public.p.v: notnull null to CONSTRAINT p_v_not_null NOT NULL v",
                                "changed table column public.a.x: notnull CONSTRAINT a_x_not_null NOT NULL x to"
                                        + " CONSTRAINT x_given NOT NULL x",
                                "added table constraint f on public.c",
                                "added table constraint k on public.a");
                assertThat(diff.schema().stream()
                                .filter(SchemaChange.Added.class::isInstance)
                                .map(change -> ((SchemaChange.Added) change)
                                        .definition()
                                        .orElseThrow()))
                        .containsExactlyInAnyOrder(
                                "integer GENERATED ALWAYS AS ((v + 1)) VIRTUAL",
                                "FOREIGN KEY (id) REFERENCES public.a(id) NOT ENFORCED",
                                "CHECK ((v > 0)) NOT ENFORCED");
            }
        });
    }

    @Test
    void runsNothingThatADatabasesOwnersWrote() throws Exception {
        sandbox.with(Postgres.embedded(18), main -> {
            Snapshot v1 = main.snapshot("v1", "");
            Sql.execute(
                    main,
                    "CREATE ROLE low LOGIN",
                    "GRANT ALL ON SCHEMA public TO low",
                    "SET ROLE low",
                    "CREATE TYPE trap AS ENUM ('a', 'b')",
                    "CREATE DOMAIN walled AS trap",
                    "CREATE FUNCTION sprung(trap) RETURNS text LANGUAGE plpgsql IMMUTABLE AS"
                            + " $$BEGIN RAISE EXCEPTION 'sprung as %', current_user; END$$",
                    "CREATE CAST (trap AS text) WITH FUNCTION sprung(trap) AS IMPLICIT",
                    "CREATE FUNCTION public.md5(text) RETURNS text LANGUAGE sql AS $$SELECT public.sprung('a')$$",
                    "CREATE TABLE t (k walled DEFAULT 'a', v text DEFAULT sprung('b'), CHECK (sprung('a') <> ''))",
                    "CREATE INDEX ON t ((k = 'a')) WHERE k > 'a'",
                    "CREATE VIEW w AS SELECT 'a'::trap::text AS v, sprung('a')",
                    "CREATE STATISTICS s ON (sprung(k::trap)), v FROM t",
                    "CREATE POLICY p ON t USING (sprung(k::trap) = 'a')");
            try (Diff diff = v1.diff(main)) {
                assertThat(lines(diff)).contains("added table public.t", "added view public.w");
            }
        });
    }

    @ParameterizedTest
    @MethodSource("versions")
    void tellsAnExtensionAsOne(Postgres postgres) throws Exception {
        sandbox.with(postgres, main -> {
            assumeThat(Sql.value(main, "SELECT count(*) FROM pg_available_extensions WHERE name = 'hstore'"))
                    .isEqualTo("1");
            Sql.execute(main, "CREATE SCHEMA other");
            Snapshot v1 = main.snapshot("v1", "");
            Sql.execute(main, "CREATE EXTENSION hstore", "CREATE TABLE t (v hstore)");
            Snapshot v2 = main.snapshot("v2", "");
            Sql.execute(main, "ALTER EXTENSION hstore SET SCHEMA other");
            try (Diff diff = v1.diff(v2);
                    Diff moved = v2.diff(main)) {
                assertThat(lines(diff)).containsExactlyInAnyOrder("added extension hstore", "added table public.t");
                assertThat(lines(moved)).containsExactly("changed extension hstore: namespace public to other");
            }
        });
    }

    @Test
    void tellsWhatATestDidToItsClone() throws Exception {
        sandbox.with(Postgres.embedded(14), main -> {
            Snapshot v1 = main.snapshot("v1", "");
            try (ScratchClone pg = v1.scratch();
                    Connection session = pg.dataSource().getConnection();
                    Statement statement = session.createStatement()) {
                statement.execute("CREATE TABLE t (id int)");
                try (Diff diff = pg.changes()) {
                    assertThat(lines(diff)).containsExactly("added table public.t");
                }
            }
        });
    }
}
