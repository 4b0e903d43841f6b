package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Branch;
import dev.zvpg.Diff;
import dev.zvpg.Effort;
import dev.zvpg.Snapshot;
import dev.zvpg.diff.RowChange;
import dev.zvpg.diff.TableDiff;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ServerException;
import java.io.IOException;
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

/** A script that makes of one state another one: run in a copy of the first, it leaves nothing that is different. */
@Tag(Effort.ANYBODY)
class DiffToSqlTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    static Stream<Postgres> versions() {
        return Versions14To18.embedded();
    }

    private static String script(Diff diff) throws IOException {
        StringBuilder script = new StringBuilder();
        diff.toSql(script);
        return script.toString();
    }

    /** Runs a script in a copy of a snapshot, and finds what is still not as in a later state. */
    private static List<String> left(Snapshot before, String script, Snapshot after) throws Exception {
        Branch made = before.branch("made-of-" + before.name());
        made.start();
        Sql.runScript(made, script);
        try (Diff diff = made.diff(after)) {
            return Stream.of(
                            diff.schema().stream().map(SchemaCase::line),
                            diff.tables().stream().map(DiffToSqlTest::line),
                            diff.sequences().stream().map(Object::toString))
                    .flatMap(lines -> lines)
                    .toList();
        } finally {
            made.discard();
        }
    }

    private static String line(TableDiff table) {
        try (Stream<RowChange> rows = table.rows()) {
            return table + " " + rows.toList();
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void rowsOfAllTypesBecomeThoseOfTheLaterState(Postgres postgres) throws Exception {
        sandbox.with(postgres, main -> {
            Sql.execute(
                    main,
                    "CREATE TYPE mood AS ENUM ('sad', 'ok')",
                    "CREATE DOMAIN code AS text CHECK (value <> '')",
                    "CREATE TYPE pair AS (a int, b text)",
                    "CREATE TABLE v (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, t text, b bytea, a text[], n numeric,"
                            + " f float8, at timestamptz, i interval, j jsonb, x xml, p point, m mood, c code, r pair,"
                            + " money money, twice numeric GENERATED ALWAYS AS (n * 2) STORED)",
                    "INSERT INTO v (t, n) SELECT 't' || g, g FROM generate_series(1, 9) g",
                    "CREATE TABLE by_mood (mood mood, at date, n int, PRIMARY KEY (mood, at))",
                    "INSERT INTO by_mood VALUES ('sad', '2026-01-01', 1), ('ok', '2026-01-01', 2)",
                    "CREATE TABLE loose (a int, t text, p point)",
                    "INSERT INTO loose SELECT 1, 'x', '(1,2)' FROM generate_series(1, 5)",
                    "INSERT INTO loose VALUES (2, '', NULL), (2, NULL, NULL), (3, E'it''s\\n\\\\', NULL)",
                    "CREATE TABLE part (id int, k int, t text, PRIMARY KEY (id, k)) PARTITION BY LIST (k)",
                    "CREATE TABLE part1 PARTITION OF part FOR VALUES IN (1)",
                    "CREATE TABLE part2 PARTITION OF part FOR VALUES IN (2)",
                    "INSERT INTO part SELECT g, 1, 'p' FROM generate_series(1, 5) g",
                    "CREATE SEQUENCE lonely",
                    "SELECT setval('lonely', 1000)",
                    "CREATE SEQUENCE back",
                    "SELECT setval('back', 1000)",
                    "SELECT lo_from_bytea(70001, '\\x01'), lo_from_bytea(70002, '\\x02'), lo_from_bytea(70003, '\\x03')");
            Snapshot v1 = main.snapshot("v1", "");
            Sql.execute(
                    main,
                    "UPDATE v SET t = E'it''s \"a\" \\\\ line\\n\\tand -- no comment ; $$', b = '\\x00ff275c' WHERE id = 1",
                    "UPDATE v SET a = ARRAY['a', NULL, 'NULL', 'q\"q', E'b\\\\s', ''], n = 'NaN', f = '-Infinity' WHERE id = 2",
                    "UPDATE v SET at = 'infinity', i = '1 mon -2 days 03:04:05.678', j = '{\"a\": \"\\\\u00e4''\"}' WHERE id = 3",
                    "UPDATE v SET x = '<a b=\"c\">d''</a>', p = '(1.5,-2)', m = 'sad', c = 'c' WHERE id = 4",
                    "UPDATE v SET r = ROW(1, 'x,(\"'), money = -12.5, t = 'äöü€😀', n = -1.50 WHERE id = 5",
                    "UPDATE v SET t = '', n = NULL, f = 0.1 + 0.2 WHERE id = 6",
                    "DELETE FROM v WHERE id IN (7, 8)",
                    "INSERT INTO v (t, r) VALUES ('new', ROW(NULL, NULL)), (NULL, NULL)",
                    "INSERT INTO v (id, at) OVERRIDING SYSTEM VALUE VALUES (-9223372036854775808, '0044-03-15 BC')",
                    "UPDATE by_mood SET n = 3 WHERE mood = 'ok'",
                    "DELETE FROM by_mood WHERE mood = 'sad'",
                    "INSERT INTO by_mood VALUES ('sad', 'infinity', NULL)",
                    "DELETE FROM loose WHERE ctid IN (SELECT ctid FROM loose WHERE a = 1 LIMIT 2)",
                    "DELETE FROM loose WHERE a = 2 AND t = ''",
                    "DELETE FROM loose WHERE a = 3",
                    "INSERT INTO loose VALUES (4, NULL, '(0,0)'), (4, NULL, '(0,0)')",
                    "UPDATE part SET k = 2 WHERE id = 2",
                    "UPDATE part SET t = 'q' WHERE id = 3",
                    "DELETE FROM part WHERE id = 4",
                    "SELECT setval('lonely', 5)",
                    "ALTER SEQUENCE back RESTART",
                    "SELECT lo_put(70001, 0, '\\xff'), lo_unlink(70002), lo_from_bytea(70004, decode(repeat('ab', 5000), 'hex'))");
            Snapshot v2 = main.snapshot("v2", "");
            try (Diff diff = v1.diff(v2);
                    Diff back = v2.diff(v1)) {
                assertThat(left(v1, script(diff), v2)).isEmpty();
                assertThat(left(v2, script(back), v1)).as("the other way round").isEmpty();
            }
        });
    }

    @Test
    void rowsThatSwapWhatIsUniqueAndReferToEachOtherPassAndNoTriggerFires() throws Exception {
        sandbox.with(Postgres.embedded(18), main -> {
            Sql.execute(
                    main,
                    "CREATE TABLE parent (id int PRIMARY KEY, n int UNIQUE, d int UNIQUE DEFERRABLE INITIALLY DEFERRED)",
                    "CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE)",
                    "CREATE TABLE log (line text)",
                    "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS"
                            + " 'BEGIN INSERT INTO public.log VALUES (TG_OP); RETURN NEW; END'",
                    "CREATE TRIGGER ordinary BEFORE INSERT OR UPDATE ON parent FOR EACH ROW EXECUTE FUNCTION note()",
                    "INSERT INTO parent VALUES (1, 10, 1), (2, 20, 2), (3, 30, 3)",
                    "INSERT INTO child VALUES (1, 1), (2, 2), (3, 3)",
                    "CREATE TRIGGER always BEFORE INSERT OR UPDATE ON child FOR EACH ROW EXECUTE FUNCTION note()",
                    "ALTER TABLE child ENABLE ALWAYS TRIGGER always");
            Snapshot v1 = main.snapshot("v1", "");
            Sql.execute(
                    main,
                    "UPDATE parent SET n = -n",
                    "UPDATE parent SET n = CASE id WHEN 1 THEN 20 WHEN 2 THEN 10 ELSE 30 END",
                    "UPDATE parent SET d = 3 - d WHERE d < 3",
                    "UPDATE parent SET id = 4 WHERE id = 3",
                    "UPDATE child SET parent = 4 WHERE id = 1",
                    "DELETE FROM parent WHERE id = 2",
                    "DELETE FROM log");
            Snapshot v2 = main.snapshot("v2", "");
            try (Diff diff = v1.diff(v2)) {
                assertThat(left(v1, script(diff), v2)).isEmpty();
            }
        });
    }

    @ParameterizedTest
    @MethodSource("versions")
    void definitionsComeWithTheRowsThatNeedThem(Postgres postgres) throws Exception {
        sandbox.with(postgres, main -> {
            Sql.execute(
                    main,
                    "CREATE TYPE mood AS ENUM ('sad', 'ok')",
                    "CREATE TABLE customer (id int PRIMARY KEY, name text, city text, gone int, since timestamptz DEFAULT now())",
                    "INSERT INTO customer SELECT i, 'c' || i, 'Bonn', i FROM generate_series(1, 5) i",
                    "CREATE TABLE language (id serial PRIMARY KEY, label text)",
                    "INSERT INTO language (label) VALUES ('de'), ('fr')",
                    "CREATE TABLE dropped (id int)",
                    "CREATE TABLE a (id int PRIMARY KEY, x int, y int)",
                    "INSERT INTO a VALUES (1, 10, 20)",
                    "CREATE VIEW names AS SELECT id, name FROM customer",
                    "CREATE TABLE moody (id int PRIMARY KEY, m mood)",
                    "INSERT INTO moody VALUES (1, 'sad')");
            Snapshot v1 = main.snapshot("v1", "");
            Sql.execute(
                    main,
                    "ALTER TABLE customer RENAME COLUMN name TO full_name",
                    "ALTER TABLE customer ADD COLUMN level int NOT NULL DEFAULT 7",
                    "ALTER TABLE customer ADD COLUMN at timestamptz NOT NULL DEFAULT now()",
                    "ALTER TABLE customer ADD COLUMN upper text",
                    "UPDATE customer SET upper = upper(full_name)",
                    "ALTER TABLE customer ALTER upper SET NOT NULL",
                    "CREATE UNIQUE INDEX ON customer (upper)",
                    "UPDATE customer SET level = 9 WHERE id = 2",
                    "ALTER TABLE customer DROP COLUMN gone",
                    "ALTER TABLE customer ADD CHECK (level > 0)",
                    "UPDATE customer SET city = 'Köln'",
                    "ALTER TABLE customer ADD CHECK (city = 'Köln')",
                    "ALTER TABLE a RENAME COLUMN x TO z",
                    "ALTER TABLE a RENAME COLUMN y TO x",
                    "ALTER TABLE a RENAME COLUMN z TO y",
                    "ALTER TABLE a ALTER x TYPE bigint",
                    "CREATE SCHEMA archive",
                    "ALTER TABLE language RENAME TO film_language",
                    "ALTER TABLE film_language SET SCHEMA archive",
                    "INSERT INTO archive.film_language (label) VALUES ('it')",
                    "DROP TABLE dropped",
                    "CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer int REFERENCES customer,"
                            + " note text)",
                    "INSERT INTO orders (customer, note) SELECT 1 + g % 5, 'n' || g FROM generate_series(1, 99) g",
                    "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'",
                    "ALTER TYPE mood ADD VALUE 'happy' AFTER 'ok'",
                    "INSERT INTO moody VALUES (2, 'happy')",
                    "CREATE FUNCTION twice(x int) RETURNS int LANGUAGE sql AS $$SELECT x * 2; /* ' */$$",
                    "COMMENT ON TABLE orders IS 'it''s; \\ new'");
            Snapshot v2 = main.snapshot("v2", "");
            try (Diff diff = v1.diff(v2)) {
                String script = script(diff);
                assertThat(script).doesNotContain("Left as it is").isEqualTo(script(diff));
                assertThat(left(v1, script, v2)).isEmpty();
                assertThat(diff.table("public.customer").updated())
                        .as("what is compared stays")
                        .isEqualTo(5);
            }
        });
    }

    /** What every sequence would give out next, which a difference does not tell exactly. */
    private static String next(Branch branch) throws SQLException {
        return Sql.value(
                branch,
                "SELECT string_agg(format('%s %s', c.oid::regclass, (xpath('//v/text()', query_to_xml(format("
                        + "'SELECT last_value + is_called::int AS v FROM %s', c.oid::regclass), true, true, '')))[1]),"
                        + " ', ' ORDER BY relname) FROM pg_class c WHERE relkind = 'S'");
    }

    @Test
    void sequencesGiveOutWhatTheyWouldGiveOutThere() throws Exception {
        sandbox.with(Postgres.embedded(18), main -> {
            Sql.execute(
                    main,
                    "CREATE TABLE few (id serial PRIMARY KEY, t text)",
                    "INSERT INTO few (t) SELECT 'a' FROM generate_series(1, 100)",
                    "CREATE SEQUENCE moved",
                    "CREATE SEQUENCE lent",
                    "CREATE TABLE borrows (id bigint DEFAULT nextval('lent') PRIMARY KEY)",
                    "CHECKPOINT");
            Snapshot v1 = main.snapshot("v1", "");
            Sql.execute(
                    main,
                    "INSERT INTO few (t) SELECT 'b' FROM generate_series(1, 20)",
                    "INSERT INTO borrows SELECT nextval('lent') FROM generate_series(1, 3)",
                    "SELECT setval('moved', 1000, false)",
                    "CREATE SEQUENCE fresh START 7",
                    "CHECKPOINT");
            Snapshot v2 = main.snapshot("v2", "");
            String script;
            try (Diff diff = v1.diff(v2)) {
                script = script(diff);
            }
            assertThat(script.indexOf("setval")).isGreaterThan(script.lastIndexOf("INSERT INTO"));
            Branch made = v1.branch("made");
            made.start();
            Sql.runScript(made, script);
            Branch there = v2.branch("there");
            there.start();
            assertThat(next(made)).isEqualTo(next(there));
        });
    }

    @Test
    void whatIsCheckedWithTheTransactionAndAlwaysFiresMayBeNew() throws Exception {
        sandbox.with(Postgres.embedded(18), main -> {
            Sql.execute(main, "CREATE TABLE old (id int PRIMARY KEY, n int)", "INSERT INTO old VALUES (1, 1), (2, 2)");
            Snapshot v1 = main.snapshot("v1", "");
            Sql.execute(
                    main,
                    "CREATE TABLE made (id int PRIMARY KEY, n int UNIQUE DEFERRABLE INITIALLY DEFERRED)",
                    "INSERT INTO made VALUES (1, 2), (2, 1)",
                    "ALTER TABLE old ADD UNIQUE (n) DEFERRABLE INITIALLY IMMEDIATE",
                    "UPDATE old SET n = 3 - n",
                    "CREATE TABLE log (line text)",
                    "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS"
                            + " 'BEGIN INSERT INTO public.log VALUES (TG_OP); RETURN NEW; END'",
                    "CREATE TRIGGER always BEFORE INSERT OR UPDATE ON made FOR EACH ROW EXECUTE FUNCTION note()",
                    "ALTER TABLE made ENABLE ALWAYS TRIGGER always");
            Snapshot v2 = main.snapshot("v2", "");
            try (Diff diff = v1.diff(v2)) {
                assertThat(left(v1, script(diff), v2)).isEmpty();
            }
        });
    }

    @Test
    void aDefaultThatDependsOnTheDayIsNotWhatRowsGet() throws Exception {
        sandbox.with(Postgres.embedded(18), main -> {
            Sql.execute(main, "CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1), (2), (3)");
            Snapshot v1 = main.snapshot("v1", "");
            Sql.execute(
                    main,
                    "ALTER TABLE t ADD COLUMN day date NOT NULL DEFAULT CURRENT_DATE",
                    "ALTER TABLE t ADD COLUMN n int NOT NULL DEFAULT 5",
                    "UPDATE t SET id = id", // so that no row is without a value of its own
                    "VACUUM FULL t");
            Snapshot v2 = main.snapshot("v2", "");
            try (Diff diff = v1.diff(v2)) {
                String script = script(diff);
                assertThat(script.lines().filter(line -> line.startsWith("UPDATE")))
                        .hasSize(3);
                assertThat(left(v1, script, v2)).isEmpty();
            }
        });
    }

    @Test
    void rowsAreNotWrittenWithoutThoseThatAForeignKeyNeeds() throws Exception {
        sandbox.with(Postgres.embedded(18), main -> {
            Sql.execute(
                    main,
                    "CREATE ROLE joe",
                    "GRANT CREATE ON SCHEMA public TO joe",
                    "CREATE FUNCTION fine(int) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT $1 > 0'",
                    "ALTER FUNCTION fine(int) OWNER TO joe",
                    "CREATE TABLE parent (id int PRIMARY KEY CHECK (fine(id)))",
                    "CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent)");
            Snapshot v1 = main.snapshot("v1", "");
            Sql.execute(main, "INSERT INTO parent VALUES (1)", "INSERT INTO child VALUES (1, 1)");
            try (Diff diff = v1.diff(main.snapshot("v2", ""))) {
                assertThatThrownBy(() -> script(diff))
                        .isInstanceOf(ServerException.class)
                        .hasMessageContaining("public.parent")
                        .hasMessageContaining("child_parent_fkey of public.child");
            }
        });
    }

    @Test
    void whatTwoBranchesHaveMadeOfOneStateBecomesTheOther() throws Exception {
        sandbox.with(Postgres.embedded(18), main -> {
            Sql.execute(
                    main,
                    "CREATE TABLE t (id int PRIMARY KEY, a text)",
                    "INSERT INTO t SELECT g, 'a' FROM generate_series(1, 9) g",
                    "CREATE TABLE u (id int PRIMARY KEY)");
            Branch feature = main.snapshot("v1", "").branch("feature");
            feature.start();
            Sql.execute(
                    main,
                    "ALTER TABLE t RENAME TO ours",
                    "ALTER TABLE ours ADD COLUMN mine int DEFAULT 1",
                    "CREATE TABLE twin (id int PRIMARY KEY, x text)",
                    "INSERT INTO twin VALUES (1, 'm'), (2, 'm')",
                    "UPDATE ours SET a = 'm' WHERE id < 4");
            Sql.execute(
                    feature,
                    "ALTER TABLE t RENAME TO theirs",
                    "CREATE TABLE extra (id int)",
                    "CREATE TABLE twin (id int PRIMARY KEY, y int)",
                    "INSERT INTO twin VALUES (2, 2), (3, 3)",
                    "UPDATE theirs SET a = 'f' WHERE id < 3");
            try (Diff diff = main.diff(feature)) { // neither is saved
                String script = script(diff);
                assertThat(main.snapshots()).hasSize(1);
                assertThat(left(main.snapshot("m", ""), script, feature.snapshot("f", "")))
                        .isEmpty();
            }
        });
    }

    @Test
    void whatIsNotCarriedOverIsSaidAndCannotEndItsComment() throws Exception {
        sandbox.with(Postgres.embedded(18), main -> {
            Sql.execute(main, "CREATE TABLE t (id int PRIMARY KEY)");
            Snapshot v1 = main.snapshot("v1", "");
            Sql.execute(
                    main,
                    "INSERT INTO t VALUES (1)",
                    "CREATE UNLOGGED TABLE \"cache\nDROP TABLE t\" (id int)",
                    "CREATE PUBLICATION news FOR TABLE t",
                    "CREATE ROLE reader");
            try (Diff diff = v1.diff(main.snapshot("v2", ""))) {
                assertThatThrownBy(() -> script(diff))
                        .isInstanceOf(ServerException.class)
                        .hasMessageContaining("something is called cache");
            }
            Sql.execute(main, "ALTER TABLE \"cache\nDROP TABLE t\" RENAME TO cache");
            Snapshot v3 = main.snapshot("v3", "");
            try (Diff diff = v1.diff(v3)) {
                String script = script(diff);
                assertThat(script.lines().filter(line -> line.startsWith("-- Left")))
                        .anyMatch(line -> line.contains("public.cache, unlogged"))
                        .anyMatch(line -> line.contains("publication news, which is new"))
                        .anyMatch(line -> line.contains("role reader, which is new"));
                assertThat(left(v1, script, v3)).allMatch(line -> line.matches(".*(news|cache|reader).*"));
            }
        });
    }

    @Test
    void oneDatabaseIsWrittenAtATime() throws Exception {
        sandbox.with(Postgres.embedded(18), main -> {
            Sql.execute(main, "CREATE DATABASE other", "CREATE TABLE t (id int PRIMARY KEY)");
            Snapshot v1 = main.snapshot("v1", "");
            try (Diff diff = v1.diff(v1)) {
                assertThat(script(diff)).isEqualTo("-- No database is different.\n");
            }
            Sql.execute(main, "INSERT INTO t VALUES (1)");
            try (Connection connection = main.dataSource("other").getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE o AS SELECT 2 AS id");
            }
            Snapshot v2 = main.snapshot("v2", "");
            try (Diff diff = v1.diff(v2)) {
                assertThatThrownBy(() -> script(diff))
                        .isInstanceOf(NotFoundException.class)
                        .hasMessageContaining("other, postgres");
                StringBuilder script = new StringBuilder();
                diff.toSql("other", script);
                assertThat(script).contains("CREATE TABLE public.o").doesNotContain("public.t ");
            }
        });
    }
}
