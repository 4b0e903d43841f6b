package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Branch;
import dev.zvpg.Effort;
import dev.zvpg.MergeResult;
import dev.zvpg.diff.SchemaChange;
import dev.zvpg.merge.Conflict;
import dev.zvpg.merge.Conflict.ConstraintConflict;
import dev.zvpg.merge.Conflict.SchemaConflict;
import dev.zvpg.merge.MergeReport;
import dev.zvpg.merge.TableMerge;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a merge makes of definitions that two branches have changed, and of the rows that go with them. */
@Tag(Effort.ANYBODY)
class MergedDefinitionsTest extends TwoBranches {

    @Test
    void aMigrationOnTheirsMeetsRowsAndAMigrationOnOurs() throws Exception {
        both(
                "CREATE TABLE customer (id int PRIMARY KEY, name text, city text)",
                "INSERT INTO customer SELECT i, 'c' || i, 'Bonn' FROM generate_series(1, 5) i",
                "CREATE TABLE language (id int PRIMARY KEY, label text)",
                "INSERT INTO language VALUES (1, 'de'), (2, 'fr')",
                "CREATE VIEW names AS SELECT id, name FROM customer");
        ours(
                "ALTER TABLE customer ADD COLUMN phone text",
                "UPDATE customer SET phone = '+' || id WHERE id < 3",
                "INSERT INTO customer VALUES (6, 'c6', 'Köln', '+6')",
                "CREATE INDEX ON customer (city)");
        theirs(
                "ALTER TABLE customer ADD COLUMN level int NOT NULL DEFAULT 7",
                "UPDATE customer SET level = 9 WHERE id = 2",
                "UPDATE customer SET city = 'Ulm' WHERE id = 3",
                "ALTER TABLE customer RENAME COLUMN name TO full_name",
                "ALTER TABLE customer ADD CHECK (level > 0)",
                "ALTER TABLE language RENAME TO film_language",
                "INSERT INTO film_language VALUES (3, 'it')",
                "CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
                        + " customer int REFERENCES customer, note text)",
                "INSERT INTO orders (customer, note) VALUES (1, 'first'), (2, 'second')",
                "CREATE FUNCTION twice(x int) RETURNS int LANGUAGE sql AS 'SELECT x * 2'");
        MergeResult result = main.merge(feature);
        assertThat(result.kind()).isEqualTo(MergeResult.Kind.MERGED);
        assertThat(rows("SELECT id, full_name, city, phone, level FROM customer"))
                .isEqualTo(
                        "(1,c1,Bonn,+1,7) (2,c2,Bonn,+2,9) (3,c3,Ulm,,7) (4,c4,Bonn,,7) (5,c5,Bonn,,7) (6,c6,Köln,+6,7)");
        assertThat(rows("SELECT * FROM film_language")).isEqualTo("(1,de) (2,fr) (3,it)");
        assertThat(rows("SELECT * FROM orders")).isEqualTo("(1,1,first) (2,2,second)");
        Sql.execute(main, "INSERT INTO orders (customer, note) VALUES (6, 'third')");
        assertThat(rows("SELECT id, twice(id) FROM orders")).isEqualTo("(1,2) (2,4) (3,6)");
        assertThat(result.report().schema())
                .extracting(SchemaChange::kind)
                .contains("table", "table column", "table constraint", "function");
        assertThat(result.report().tables())
                .containsExactlyInAnyOrder(
                        new TableMerge("postgres", "public.customer", 0, 2, 0, 0),
                        new TableMerge("postgres", "public.film_language", 1, 0, 0, 0),
                        new TableMerge("postgres", "public.orders", 2, 0, 0, 0));
        assertThat(differences())
                .containsExactlyInAnyOrder(
                        "Added table column public.customer.phone", "Added index public.customer_city_idx");
        assertThat(main.merge(feature).kind()).isEqualTo(MergeResult.Kind.UP_TO_DATE);
        main.resetTo(result.before());
        assertThat(rows("SELECT * FROM language")).isEqualTo("(1,de) (2,fr)");
    }

    @Test
    void aColumnThatIsFilledAndThenNotNullIsMergedWithItsValues() throws Exception {
        both(
                "CREATE TABLE t (id int PRIMARY KEY, a text)",
                "INSERT INTO t SELECT i, 'a' || i FROM generate_series(1, 4) i");
        ours("UPDATE t SET a = 'ours' WHERE id = 1");
        theirs(
                "ALTER TABLE t ADD COLUMN b text",
                "UPDATE t SET b = upper(a)",
                "ALTER TABLE t ALTER COLUMN b SET NOT NULL",
                "CREATE UNIQUE INDEX ON t (b)");
        main.merge(feature);
        assertThat(rows("SELECT * FROM t")).isEqualTo("(1,ours,A1) (2,a2,A2) (3,a3,A3) (4,a4,A4)");
        assertThat(differences()).isEmpty();
    }

    @Test
    @Tag(Effort.FULL)
    void aRowOfOursThatANewConstraintForbidsIsAConflict() throws Exception {
        both("CREATE TABLE t (id int PRIMARY KEY, a text)", "INSERT INTO t VALUES (1, 'x')");
        ours("INSERT INTO t VALUES (2, NULL)");
        theirs("ALTER TABLE t ALTER COLUMN a SET NOT NULL");
        assertThat(conflicts())
                .singleElement()
                .isInstanceOf(SchemaConflict.class)
                .satisfies(conflict -> assertThat(((SchemaConflict) conflict).reason())
                        .contains("SET NOT NULL")
                        .contains("null values"));
        assertThat(rows("SELECT * FROM t")).isEqualTo("(1,x) (2,)");
    }

    @Test
    @Tag(Effort.FULL)
    void aValueThatWasWorkedOutWhenItsColumnCameIsTheSameAfterTheMerge() throws Exception {
        both("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t SELECT generate_series(1, 3)");
        ours("INSERT INTO t VALUES (4)");
        theirs("ALTER TABLE t ADD COLUMN at timestamptz NOT NULL DEFAULT now()");
        feature.start();
        String at = Sql.value(feature, "SELECT min(at) FROM t");
        MergeResult result = main.merge(feature);
        assertThat(result.report().tables()).isEmpty();
        assertThat(Sql.value(main, "SELECT DISTINCT at FROM t WHERE id < 4")).isEqualTo(at);
        assertThat(differences()).isEmpty();
    }

    @Test
    void aNewColumnWithAnotherValueForEachRowKeepsTheirsValuesAndRowsOfOursGetTheirOwn() throws Exception {
        both(
                "CREATE TABLE t (id int PRIMARY KEY, a text)",
                "INSERT INTO t SELECT i FROM generate_series(1, 6) i",
                "CREATE TABLE empty (id int PRIMARY KEY)");
        ours(
                "INSERT INTO t VALUES (7), (8)",
                "UPDATE t SET a = 'ours' WHERE id = 2",
                "DELETE FROM t WHERE id = 3",
                "INSERT INTO empty VALUES (1)");
        theirs(
                "ALTER TABLE t ADD COLUMN u uuid NOT NULL DEFAULT gen_random_uuid()",
                "ALTER TABLE t ADD COLUMN v uuid DEFAULT gen_random_uuid()",
                "ALTER TABLE t ADD COLUMN \"At\" timestamptz NOT NULL DEFAULT clock_timestamp()",
                "ALTER TABLE t ADD COLUMN s bigserial UNIQUE",
                "ALTER TABLE t ADD COLUMN n int GENERATED ALWAYS AS IDENTITY UNIQUE",
                "ALTER TABLE empty ADD COLUMN u uuid NOT NULL DEFAULT gen_random_uuid()",
                "DELETE FROM t WHERE id = 4",
                "INSERT INTO t VALUES (8), (9)",
                "UPDATE t SET a = 'theirs' WHERE id = 5");
        feature.start();
        String columns = "id, u, v, \"At\", s, n";
        String isTheirs = " FROM t WHERE id NOT IN (3, 7) ORDER BY id";
        String known = Sql.value(feature, "SELECT string_agg(t::text, ' ') FROM (SELECT " + columns + isTheirs + ") t");
        main.merge(feature);
        assertThat(Sql.value(main, "SELECT string_agg(t::text, ' ') FROM (SELECT " + columns + isTheirs + ") t"))
                .isEqualTo(known);
        assertThat(rows("SELECT id, a FROM t")).isEqualTo("(1,) (2,ours) (5,theirs) (6,) (7,) (8,) (9,)");
        Sql.execute(main, "INSERT INTO t VALUES (10)");
        assertThat(rows("SELECT count(DISTINCT u), count(DISTINCT v), count(\"At\"), count(DISTINCT s),"
                        + " count(DISTINCT n) FROM t"))
                .isEqualTo("(8,8,8,8,8)");
        assertThat(rows("SELECT count(u) FROM empty")).isEqualTo("(1)");
        assertThat(differences()).isEmpty();
        assertThat(main.merge(feature).kind()).isEqualTo(MergeResult.Kind.UP_TO_DATE);
    }

    @Test
    @Tag(Effort.FULL)
    void aTypeThatNeedsACastIsGivenToRowsOfOursToo() throws Exception {
        both(
                "CREATE TABLE t (id int PRIMARY KEY, number text DEFAULT '7', mood text NOT NULL DEFAULT 'ok')",
                "INSERT INTO t SELECT i, i FROM generate_series(1, 5) i");
        ours("INSERT INTO t VALUES (6, '60', 'sad')", "UPDATE t SET number = '20' WHERE id = 2");
        theirs(
                "CREATE TYPE mood AS ENUM ('sad', 'ok')",
                "ALTER TABLE t ALTER number DROP DEFAULT, ALTER number TYPE int USING number::int,"
                        + " ALTER number SET DEFAULT 7",
                "ALTER TABLE t ALTER mood DROP DEFAULT, ALTER mood TYPE mood USING mood::mood, ALTER mood SET DEFAULT 'ok'",
                "UPDATE t SET number = 30 WHERE id = 3");
        main.merge(feature);
        Sql.execute(main, "INSERT INTO t (id) VALUES (7)");
        assertThat(rows("SELECT id, number + 1, mood FROM t"))
                .isEqualTo("(1,2,ok) (2,21,ok) (3,31,ok) (4,5,ok) (5,6,ok) (6,61,sad) (7,8,ok)");
        assertThat(differences()).isEmpty();
    }

    @Test
    @Tag(Effort.FULL)
    void aTypeThatTheirsHasFilledInAWayOfItsOwnIsAConflictWithRowsThatOnlyOursHas() throws Exception {
        both(
                "CREATE TABLE t (id int PRIMARY KEY, price numeric)",
                "INSERT INTO t SELECT i, i + 0.5 FROM generate_series(0, 5) i");
        ours("INSERT INTO t VALUES (6, 19.99)");
        theirs("ALTER TABLE t ALTER price TYPE int USING price * 100");
        assertThat(conflicts())
                .singleElement()
                .satisfies(conflict -> assertThat(conflict.table()).isEqualTo("public.t.price"));
        ours("DELETE FROM t WHERE id = 6");
        main.merge(feature);
        assertThat(rows("SELECT * FROM t")).isEqualTo("(0,50) (1,150) (2,250) (3,350) (4,450) (5,550)");
    }

    @Test
    @Tag(Effort.FULL)
    void newColumnsAndTypesInWhatOursHasDroppedAreConflicts() throws Exception {
        both(
                "CREATE TABLE t (id int PRIMARY KEY, n text)",
                "INSERT INTO t VALUES (1, '1')",
                "CREATE TABLE gone (id int PRIMARY KEY)",
                "INSERT INTO gone VALUES (1)");
        ours("ALTER TABLE t DROP COLUMN n", "DROP TABLE gone");
        theirs(
                "ALTER TABLE t ALTER n TYPE int USING n::int",
                "ALTER TABLE gone ADD COLUMN s bigserial",
                "ALTER TABLE gone ADD COLUMN u uuid NOT NULL DEFAULT gen_random_uuid()");
        assertThat(conflicts()).isNotEmpty().allMatch(SchemaConflict.class::isInstance);
    }

    @Test
    @Tag(Effort.FULL)
    void aRowThatBothHaveInsertedAlikeIsOneWithNewColumnsAndRenumberingToo() throws Exception {
        both("CREATE TABLE t (id serial PRIMARY KEY, a text)", "INSERT INTO t (a) VALUES ('both')");
        ours("INSERT INTO t (a) VALUES ('same'), ('ours')");
        theirs(
                "INSERT INTO t (a) VALUES ('same'), ('theirs')",
                "ALTER TABLE t ADD COLUMN u uuid NOT NULL DEFAULT gen_random_uuid()");
        main.merge(feature, options -> options.renumber("public.t"));
        assertThat(rows("SELECT a FROM t")).isEqualTo("(both) (ours) (same) (theirs)");
    }

    @ParameterizedTest
    @Tag(Effort.FULL)
    @ValueSource(
            strings = {
                "UPDATE t SET price = 2.6 WHERE id = 1",
                "INSERT INTO t VALUES (4, 19.99)",
                "DELETE FROM t WHERE id = 3; INSERT INTO t VALUES (4, 19.99)",
                "INSERT INTO keyless VALUES ('b', 5.55)"
            })
    void whatOursWroteWhereTheirsHasMadeOtherValuesOfANewTypeIsAConflict(String work) throws Exception {
        both(
                "CREATE TABLE t (id int PRIMARY KEY, price numeric)",
                "INSERT INTO t VALUES (1, 2.5), (2, NULL), (3, 0), (5, NULL)",
                "CREATE TABLE kid () INHERITS (t)",
                "INSERT INTO kid SELECT i FROM generate_series(100, 200) i",
                "CREATE TABLE keyless (name text, price numeric)",
                "INSERT INTO keyless VALUES ('a', 19.99)");
        ours(work);
        theirs(
                "ALTER TABLE t ALTER price TYPE int USING price * 100",
                "ALTER TABLE keyless ALTER price TYPE int USING price * 100");
        assertThat(conflicts())
                .anySatisfy(conflict -> assertThat(conflict.table())
                        .isEqualTo(work.contains("keyless") ? "public.keyless.price" : "public.t.price"));
    }

    @Test
    @Tag(Effort.FULL)
    void sequencesThatComeWithNewColumnsMayBeCalledAnythingAndBeNearTheirEnd() throws Exception {
        both(
                "CREATE TABLE \"my table\" (id int PRIMARY KEY)",
                "INSERT INTO \"my table\" VALUES (1), (2), (3)",
                "CREATE TABLE small (id int PRIMARY KEY)",
                "INSERT INTO small SELECT generate_series(1, 20000)",
                "CREATE TABLE log (message text)",
                "INSERT INTO log VALUES ('a'), ('b')",
                "CREATE TABLE parent (id int PRIMARY KEY)",
                "INSERT INTO parent VALUES (1), (2)",
                "CREATE TABLE kid () INHERITS (parent)",
                "INSERT INTO kid VALUES (3)");
        ours(
                "INSERT INTO \"my table\" VALUES (4)",
                "DELETE FROM \"my table\" WHERE id = 1",
                "INSERT INTO small VALUES (20001)");
        theirs(
                "ALTER TABLE \"my table\" ADD COLUMN \"the number\" serial UNIQUE",
                "ALTER TABLE small ADD COLUMN s smallserial",
                "ALTER TABLE log ADD COLUMN id bigserial PRIMARY KEY",
                "ALTER TABLE parent ADD COLUMN k int",
                "UPDATE parent SET k = id * 10",
                "ALTER TABLE parent ALTER k SET NOT NULL",
                "ALTER TABLE parent ALTER k ADD GENERATED ALWAYS AS IDENTITY",
                "ALTER TABLE small ADD COLUMN t text GENERATED ALWAYS AS ((id::text || ' DEFAULT x')) STORED",
                "CREATE SEQUENCE turns MAXVALUE 10 CYCLE",
                "SELECT setval('turns', 10)",
                "CREATE SEQUENCE used_up",
                "SELECT setval('used_up', 9223372036854775807)");
        main.merge(feature);
        assertThat(rows("SELECT * FROM \"my table\" WHERE id < 4")).isEqualTo("(2,2) (3,3)");
        assertThat(rows("SELECT count(DISTINCT \"the number\") FROM \"my table\""))
                .isEqualTo("(3)");
        assertThat(rows("SELECT count(DISTINCT s) FROM small")).isEqualTo("(20001)");
        assertThat(rows("SELECT * FROM log")).isEqualTo("(a,1) (b,2)");
        assertThat(rows("SELECT k FROM parent")).isEqualTo("(10) (20) (30)");
        assertThat(rows("SELECT last_value FROM turns")).isEqualTo("(10)");
        assertThat(differences()).isEmpty();
    }

    @Test
    @Tag(Effort.FULL)
    void aValueOfOursThatANewTypeCannotReadIsAConflict() throws Exception {
        both("CREATE TABLE t (id int PRIMARY KEY, number text)", "INSERT INTO t VALUES (1, '1')");
        ours("INSERT INTO t VALUES (2, 'two')");
        theirs("ALTER TABLE t ALTER number TYPE int USING number::int");
        assertThat(conflicts()).singleElement().isInstanceOf(SchemaConflict.class);
        assertThat(rows("SELECT * FROM t")).isEqualTo("(1,1) (2,two)");
    }

    @Test
    @Tag(Effort.FULL)
    void aRowThatTheirsHasDeletedAndOursHasChangedIsAConflictWithNewColumnsToo() throws Exception {
        both("CREATE TABLE t (id int PRIMARY KEY, a text)", "INSERT INTO t SELECT i FROM generate_series(1, 3) i");
        ours("UPDATE t SET a = 'ours' WHERE id = 1", "DELETE FROM t WHERE id = 2");
        theirs(
                "ALTER TABLE t ADD COLUMN u uuid NOT NULL DEFAULT gen_random_uuid()",
                "DELETE FROM t WHERE id = 1",
                "UPDATE t SET a = 'theirs' WHERE id = 2");
        assertThat(conflicts()).hasSize(2).allMatch(Conflict.RowConflict.class::isInstance);
        main.merge(feature, options -> options.ours());
        assertThat(rows("SELECT id, a, num_nulls(u) FROM t")).isEqualTo("(1,ours,0) (3,,0)");
    }

    @Test
    @Tag(Effort.FULL)
    void namesAreSwappedAndMovedOnBothSides() throws Exception {
        both(
                "CREATE TABLE a (id int PRIMARY KEY, x int, y int)",
                "INSERT INTO a VALUES (1, 10, 20)",
                "CREATE TABLE b (id int PRIMARY KEY)",
                "CREATE TYPE mood AS ENUM ('sad', 'ok')",
                "CREATE TABLE m (id int PRIMARY KEY, mood mood)",
                "INSERT INTO m VALUES (1, 'sad'), (2, 'ok')");
        ours("ALTER TABLE b RENAME TO c", "INSERT INTO c VALUES (7)", "ALTER TABLE m RENAME TO moods");
        theirs(
                "ALTER TABLE a RENAME COLUMN x TO z",
                "ALTER TABLE a RENAME COLUMN y TO x",
                "ALTER TABLE a RENAME COLUMN z TO y",
                "CREATE SCHEMA archive",
                "ALTER TABLE b SET SCHEMA archive",
                "INSERT INTO archive.b VALUES (8)",
                "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'",
                "ALTER TYPE mood ADD VALUE 'happy' AFTER 'ok'",
                "ALTER TABLE m ADD COLUMN since date",
                "INSERT INTO m VALUES (3, 'happy')");
        main.merge(feature);
        assertThat(rows("SELECT x, y FROM a")).isEqualTo("(20,10)");
        assertThat(rows("SELECT * FROM archive.c")).isEqualTo("(7) (8)");
        assertThat(rows("SELECT * FROM moods")).isEqualTo("(1,blue,) (2,ok,) (3,happy,)");
        assertThat(differences()).containsExactlyInAnyOrder("Renamed table archive.c", "Renamed table public.moods");
    }

    @Test
    void whatBothHaveDefinedDifferentlyIsAConflict() throws Exception {
        both(
                "CREATE TABLE t (id int PRIMARY KEY, a int DEFAULT 1, b int)",
                "CREATE TABLE u (id int PRIMARY KEY)",
                "CREATE TABLE gone (id int PRIMARY KEY)",
                "INSERT INTO gone VALUES (1)",
                "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "CREATE VIEW v AS SELECT id FROM t");
        ours(
                "ALTER TABLE t ALTER a SET DEFAULT 2",
                "ALTER TABLE u RENAME TO ours",
                "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2'");
        theirs(
                "ALTER TABLE t ALTER a SET DEFAULT 3",
                "ALTER TABLE u RENAME TO theirs",
                "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 3'");
        assertThat(conflicts())
                .singleElement()
                .satisfies(conflict -> assertThat(conflict.table()).isEqualTo("TABLE public.u"));
        Sql.execute(main, "ALTER TABLE ours RENAME TO theirs");
        assertThat(conflicts()).extracting(Conflict::table).containsExactlyInAnyOrder("public.t.a", "public.f()");
        assertThat(rows("SELECT f()")).isEqualTo("(2)");
    }

    @Test
    @Tag(Effort.FULL)
    void aTableIsDroppedUnlessOursHasChangedItsRows() throws Exception {
        both(
                "CREATE TABLE quiet (id int PRIMARY KEY)",
                "INSERT INTO quiet VALUES (1)",
                "CREATE TABLE busy (id int PRIMARY KEY)",
                "INSERT INTO busy VALUES (1)");
        ours("CREATE TABLE mine (id int)", "INSERT INTO busy VALUES (2)");
        theirs("DROP TABLE quiet", "DROP TABLE busy");
        assertThat(conflicts())
                .singleElement()
                .satisfies(conflict -> assertThat(conflict.table()).isEqualTo("public.busy"));
        assertThat(rows("SELECT * FROM quiet")).isEqualTo("(1)");
        ours("DELETE FROM busy WHERE id = 2");
        main.merge(feature);
        assertThat(differences()).containsExactly("Added table public.mine");
    }

    @Test
    @Tag(Effort.FULL)
    void theSameChangeOnBothSidesIsNone() throws Exception {
        both("CREATE TABLE t (id int PRIMARY KEY, a int)", "INSERT INTO t VALUES (1, 1)");
        String[] migration = {
            "ALTER TABLE t ADD COLUMN b text DEFAULT 'b'",
            "CREATE INDEX t_a ON t (a)",
            "ALTER TABLE t ALTER a TYPE bigint",
            "CREATE TABLE n (id int PRIMARY KEY)"
        };
        ours(migration);
        ours("UPDATE t SET a = 2", "INSERT INTO n VALUES (1)");
        theirs(migration);
        Sql.execute(start(feature), "UPDATE t SET b = 'theirs'", "INSERT INTO n VALUES (2)");
        main.merge(feature);
        assertThat(rows("SELECT * FROM t")).isEqualTo("(1,2,theirs)");
        assertThat(rows("SELECT * FROM n")).isEqualTo("(1) (2)");
        assertThat(differences()).isEmpty();
    }

    private static Branch start(Branch branch) {
        branch.start();
        return branch;
    }

    @Test
    void aRehearsalChangesNothingAndTellsWhatWouldBeDone() throws Exception {
        both("CREATE TABLE t (id int PRIMARY KEY)");
        ours("INSERT INTO t VALUES (1)");
        theirs("CREATE TABLE n (id int PRIMARY KEY)", "INSERT INTO n VALUES (1)", "CREATE PUBLICATION p FOR TABLE n");
        int before = starts();
        MergeReport report = main.rehearseMerge(feature);
        assertThat(starts() - before)
                .as("ours, the base and theirs, and a copy of the base that gets theirs' definitions")
                .isEqualTo(4);
        assertThat(report.conflicts()).isEmpty();
        assertThat(report.schema()).extracting(SchemaChange::object).contains("public.n");
        assertThat(report.notMerged()).anySatisfy(line -> assertThat(line).contains("publication"));
        assertThat(Sql.value(main, "SELECT to_regclass('n') IS NULL")).isEqualTo("t");
        assertThat(main.snapshots()).hasSize(1);
    }

    @Test
    @Tag(Effort.FULL)
    void definitionsThatCallAnotherUsersFunctionAreNotMerged() throws Exception {
        both(
                "CREATE ROLE mallory",
                "CREATE TABLE t (id int PRIMARY KEY)",
                "CREATE FUNCTION trap() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "ALTER FUNCTION trap() OWNER TO mallory");
        ours("INSERT INTO t VALUES (1)");
        for (String definition : List.of(
                "ALTER TABLE t ADD COLUMN x int DEFAULT trap()",
                "CREATE VIEW harmless AS SELECT trap() AS x; CREATE MATERIALIZED VIEW filled AS SELECT * FROM harmless")) {
            feature.start();
            theirs(definition);
            assertThat(conflicts())
                    .singleElement()
                    .satisfies(conflict ->
                            assertThat(((SchemaConflict) conflict).reason()).contains("trap()"));
            feature.resetTo(main.findSnapshot("v1").orElseThrow());
        }
    }

    @Test
    @Tag(Effort.FULL)
    void rowsOfBothThatANewUniqueIndexForbidsTogetherAreAConflict() throws Exception {
        both("CREATE TABLE t (id int PRIMARY KEY, a text)", "INSERT INTO t VALUES (1, 'x')");
        ours("INSERT INTO t VALUES (2, 'y')");
        theirs("CREATE UNIQUE INDEX t_a ON t (a)", "INSERT INTO t VALUES (3, 'y')");
        assertThat(conflicts()).singleElement().isInstanceOf(ConstraintConflict.class);
    }

    @Test
    @Tag(Effort.FULL)
    void whatOursHasWrittenToADroppedColumnAndWhatIsNewInBothIsAConflict() throws Exception {
        both("CREATE TABLE t (id int PRIMARY KEY, c text, n int)", "INSERT INTO t VALUES (1, 'c', 1)");
        ours(
                "UPDATE t SET c = 'ours'",
                "INSERT INTO t VALUES (2, NULL, NULL)",
                "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2'");
        theirs(
                "ALTER TABLE t DROP COLUMN c",
                "ALTER TABLE t ALTER n SET DEFAULT 0",
                "ALTER TABLE t ALTER n SET NOT NULL",
                "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 3'");
        assertThat(conflicts()).extracting(Conflict::table).contains("public.t.c", "public.f()");
        ours("UPDATE t SET c = 'c' WHERE id = 1", "DROP FUNCTION f()");
        assertThat(conflicts())
                .singleElement()
                .satisfies(conflict ->
                        assertThat(((SchemaConflict) conflict).reason()).contains("SET NOT NULL"));
        ours("UPDATE t SET n = 5 WHERE id = 2");
        main.merge(feature);
        assertThat(rows("SELECT * FROM t")).isEqualTo("(1,1) (2,5)");
        assertThat(differences()).isEmpty();
    }

    @Test
    @Tag(Effort.FULL)
    void aTypeThatCutsAValueOfOursShortAndAnUnfitNameAreConflicts() throws Exception {
        both("CREATE TABLE t (id int PRIMARY KEY, a text)", "INSERT INTO t VALUES (1, 'a')");
        ours("INSERT INTO t VALUES (2, 'longer text')");
        theirs("ALTER TABLE t ALTER a TYPE varchar(5)", "CREATE INDEX i ON t (a)");
        assertThat(conflicts()).allMatch(SchemaConflict.class::isInstance);
        assertThat(rows("SELECT a FROM t")).isEqualTo("(\"longer text\") (a)");
        ours("UPDATE t SET a = 'short' WHERE id = 2");
        theirsAgain("CREATE TABLE \"x */;alter role mallory superuser;/*\" (id int)");
        assertThat(conflicts())
                .singleElement()
                .satisfies(conflict ->
                        assertThat(((SchemaConflict) conflict).reason()).contains("x */"));
        theirsAgain("DROP TABLE \"x */;alter role mallory superuser;/*\"");
        main.merge(feature);
        assertThat(differences()).isEmpty();
    }

    private void theirsAgain(String statement) throws SQLException {
        feature.start();
        theirs(statement);
    }
}
