package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Effort;
import dev.zvpg.MergeResult;
import dev.zvpg.merge.Conflict;
import dev.zvpg.merge.Conflict.CellConflict;
import dev.zvpg.merge.Conflict.SchemaConflict;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a merge makes of columns that theirs has added or given another type, in rows of ours. */
@Tag(Effort.ANYBODY)
@Tag(Effort.FULL)
class MergedColumnsTest extends TwoBranches {

    @Test
    void whatOursHasDeletedIsNoValueOfItsOwnWhereTheirsHasMadeValuesInItsWay() throws Exception {
        both(
                "CREATE TABLE t (id int, kind text, price numeric, note text, PRIMARY KEY (kind, id))",
                "INSERT INTO t SELECT g, 'a', g + 0.5, 'n' FROM generate_series(1, 6) g");
        ours("DELETE FROM t WHERE id IN (2, 5, 6)", "INSERT INTO t VALUES (7, 'a', NULL)");
        theirs(
                "ALTER TABLE t ALTER price TYPE int USING price * 100",
                "DELETE FROM t WHERE id IN (3, 6)",
                "UPDATE t SET note = 'theirs' WHERE id = 4");
        main.merge(feature);
        assertThat(rows("SELECT id, price, note FROM t")).isEqualTo("(1,150,n) (4,450,theirs) (7,,)");
        assertThat(differences()).isEmpty();
        assertThat(main.merge(feature).kind()).isEqualTo(MergeResult.Kind.UP_TO_DATE);
    }

    @Test
    void aRowThatOursHasDeletedAndTheirsHasChangedBesidesItsNewTypeIsAConflict() throws Exception {
        both(
                "CREATE TABLE t (id int PRIMARY KEY, price numeric, note text)",
                "INSERT INTO t SELECT g, g + 0.5, 'n' FROM generate_series(1, 4) g");
        ours("DELETE FROM t WHERE id IN (1, 2)");
        theirs("ALTER TABLE t ALTER price TYPE int USING price * 100", "UPDATE t SET note = 'theirs' WHERE id = 2");
        assertThat(conflicts()).singleElement().isInstanceOf(Conflict.RowConflict.class);
    }

    @Test
    void aNullThatOursHasWrittenOverAValueIsAConflictOfItsCell() throws Exception {
        both(
                "CREATE TABLE t (id int PRIMARY KEY, price numeric)",
                "INSERT INTO t SELECT g, g + 0.5 FROM generate_series(1, 4) g");
        ours("UPDATE t SET price = NULL WHERE id = 2");
        theirs("ALTER TABLE t ALTER price TYPE int USING price * 100");
        assertThat(conflicts()).singleElement().isInstanceOf(CellConflict.class);
        main.merge(feature, options -> options.ours());
        assertThat(rows("SELECT * FROM t")).isEqualTo("(1,150) (2,) (3,350) (4,450)");
    }

    @Test
    void whatOursHasDeletedInATableWithoutAKeyOrByAKeyOfAnotherTypeStaysAConflict() throws Exception {
        both(
                "CREATE TABLE keyless (name text, price numeric)",
                "INSERT INTO keyless VALUES ('a', 1.5), ('b', 2.5)",
                "CREATE TABLE byprice (price numeric PRIMARY KEY)",
                "INSERT INTO byprice VALUES (1.5), (2.5)");
        ours("DELETE FROM keyless WHERE name = 'a'", "DELETE FROM byprice WHERE price = 1.5");
        theirs(
                "ALTER TABLE keyless ALTER price TYPE int USING price * 100",
                "ALTER TABLE byprice ALTER price TYPE int USING price * 100");
        assertThat(conflicts()).extracting(Conflict::table).contains("public.keyless.price", "public.byprice.price");
    }

    @Test
    void aNewColumnDrawsFromASequenceThatWasThereBehindTheirsRows() throws Exception {
        both(
                "CREATE SEQUENCE turn",
                "CREATE SEQUENCE \"count down\" INCREMENT -2 MAXVALUE 1000 START 1000",
                "CREATE TABLE t (id int PRIMARY KEY)",
                "INSERT INTO t SELECT generate_series(1, 50)",
                "SELECT nextval('turn')");
        ours("INSERT INTO t SELECT generate_series(51, 60)", "DELETE FROM t WHERE id < 11");
        theirs(
                "ALTER TABLE t ADD COLUMN n int UNIQUE DEFAULT nextval('turn')",
                "ALTER TABLE t ADD COLUMN m bigint NOT NULL UNIQUE DEFAULT nextval('\"count down\"')",
                "INSERT INTO t VALUES (70)");
        feature.start();
        String query = "SELECT string_agg(t::text, ' ' ORDER BY id) FROM t WHERE id BETWEEN 11 AND 50 OR id = 70";
        String known = Sql.value(feature, query);
        main.merge(feature);
        assertThat(Sql.value(main, query)).isEqualTo(known);
        assertThat(rows("SELECT count(DISTINCT n), count(DISTINCT m) FROM t")).isEqualTo("(51,51)");
        Sql.execute(main, "INSERT INTO t VALUES (71)");
        assertThat(differences()).isEmpty();
    }

    @Test
    void aColumnThatBothHaveAddedWithAValueThatIsAlwaysTheSameIsMergedByItsRows() throws Exception {
        both("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t SELECT generate_series(1, 4)");
        String[] migration = {
            "ALTER TABLE t ADD COLUMN tags text[] NOT NULL DEFAULT ARRAY[]::text[]",
            "ALTER TABLE t ADD COLUMN total numeric DEFAULT (1 + 2) * 1.5",
            "VACUUM FULL t" // the catalog does not know the value any more
        };
        ours(migration);
        ours("UPDATE t SET tags = '{ours}' WHERE id = 1", "INSERT INTO t VALUES (5)");
        theirs(migration);
        feature.start();
        theirs("UPDATE t SET tags = '{theirs}', total = 7 WHERE id = 2", "INSERT INTO t VALUES (6)");
        main.merge(feature);
        assertThat(rows("SELECT * FROM t"))
                .isEqualTo("(1,{ours},4.5) (2,{theirs},7) (3,{},4.5) (4,{},4.5) (5,{},4.5) (6,{},4.5)");
        assertThat(differences()).isEmpty();
    }

    @Test
    void columnsThatTheirsHasRetypedInOneStatementAreLookedAtEach() throws Exception {
        both(
                "CREATE TABLE t (id int PRIMARY KEY, price numeric, cost numeric)",
                "INSERT INTO t SELECT g, g + 0.5, g + 0.5 FROM generate_series(1, 4) g");
        ours("INSERT INTO t VALUES (6, NULL, 19.99)");
        theirs("ALTER TABLE t ALTER price TYPE int USING price * 100, ALTER cost TYPE int USING cost * 100");
        assertThat(conflicts()).extracting(Conflict::table).containsExactly("public.t.cost");
    }

    @Test
    void columnsOfTextThatTheirsHasRetypedInOneStatementAreCastEach() throws Exception {
        both(
                "CREATE TABLE t (id int PRIMARY KEY, \"a, ALTER COLUMN b\" text, b text, c text, d int)",
                "INSERT INTO t VALUES (1, '10', '1.5', 'c', 5)");
        ours(
                "INSERT INTO t VALUES (2, '20', '2.5', 'c', 6)",
                "ALTER TABLE t ALTER c TYPE varchar(7), ALTER d TYPE bigint");
        theirs("ALTER TABLE t ALTER \"a, ALTER COLUMN b\" TYPE int USING \"a, ALTER COLUMN b\"::int,"
                + " ALTER b TYPE numeric USING b::numeric, ALTER d TYPE bigint");
        main.merge(feature);
        assertThat(rows("SELECT * FROM t")).isEqualTo("(1,10,1.5,c,5) (2,20,2.5,c,6)");
    }

    @Test
    void whatTheirsHasChangedInARowThatOursHasDeletedIsAConflictWhereACastChangesNoText() throws Exception {
        both(
                "CREATE TABLE exact (id int PRIMARY KEY, price numeric)",
                "INSERT INTO exact SELECT g, g + 0.5 FROM generate_series(1, 4) g",
                "CREATE TABLE whole (id int PRIMARY KEY, n int)",
                "INSERT INTO whole SELECT g, g FROM generate_series(1, 4) g",
                "CREATE TABLE most (id int PRIMARY KEY, price numeric)",
                "INSERT INTO most SELECT g, g + 0.5 FROM generate_series(1, 4) g");
        ours("DELETE FROM exact WHERE id = 2", "DELETE FROM whole WHERE id = 2", "DELETE FROM most WHERE id = 2");
        theirs(
                "ALTER TABLE exact ALTER price TYPE numeric(12, 2)",
                "UPDATE exact SET price = price * 1.1",
                "ALTER TABLE whole ALTER n TYPE bigint",
                "UPDATE whole SET n = n + 1",
                "ALTER TABLE most ALTER price TYPE int",
                "UPDATE most SET price = price + 1 WHERE id < 4");
        assertThat(conflicts())
                .hasSize(3)
                .allMatch(Conflict.RowConflict.class::isInstance)
                .extracting(Conflict::table)
                .containsExactlyInAnyOrder("public.exact", "public.whole", "public.most");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0.00"})
    void aZeroOfOursIsAValueThatTheirsWayWouldHaveToMakeToo(String zero) throws Exception {
        both(
                "CREATE TABLE t (id int PRIMARY KEY, temp numeric, code text)",
                "INSERT INTO t SELECT g, g * 10.5, 'a' FROM generate_series(0, 4) g");
        ours("INSERT INTO t VALUES (5, " + zero + ", 'a')");
        theirs("ALTER TABLE t ALTER temp TYPE int USING temp * 9 / 5 + 32");
        assertThat(conflicts()).extracting(Conflict::table).containsExactly("public.t.temp");
    }

    @Test
    void aTextOfOursThatLooksLikeNothingIsAValueThatTheirsWayWouldHaveToMakeToo() throws Exception {
        both(
                "CREATE TABLE t (id int PRIMARY KEY, code text)",
                "INSERT INTO t SELECT g, 'code' FROM generate_series(1, 4) g");
        ours("INSERT INTO t VALUES (5, '-')");
        theirs("ALTER TABLE t ALTER code TYPE varchar USING 'X' || code");
        assertThat(conflicts()).extracting(Conflict::table).containsExactly("public.t.code");
    }

    @Test
    void aColumnThatTellsSomeTextsNotApartIsGivenAnotherType() throws Exception {
        both(
                "CREATE COLLATION german (provider = icu, locale = 'de-u-ks-level2', deterministic = false)",
                "CREATE TABLE t (id int PRIMARY KEY, a text COLLATE german)",
                "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')");
        ours("DELETE FROM t WHERE id = 3", "INSERT INTO t VALUES (4, NULL)");
        theirs("ALTER TABLE t ALTER a TYPE varchar COLLATE german", "UPDATE t SET a = 'A' WHERE id = 1");
        main.merge(feature);
        assertThat(rows("SELECT * FROM t")).isEqualTo("(1,A) (2,b) (4,)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ALTER TABLE parent ALTER a TYPE int USING a * 100", "ALTER TABLE parent DROP COLUMN a"})
    void aColumnThatOnlyAnInheritingTableStillHasIsAConflict(String change) throws Exception {
        both(
                "CREATE TABLE parent (id int PRIMARY KEY, a numeric)",
                "CREATE TABLE child () INHERITS (parent)",
                "INSERT INTO parent VALUES (1, 1.5)",
                "INSERT INTO child VALUES (2, 2.5)");
        ours("ALTER TABLE ONLY parent DROP COLUMN a");
        theirs(change);
        assertThat(conflicts()).isNotEmpty().allMatch(SchemaConflict.class::isInstance);
    }

    @Test
    void newColumnsWithNamedConstraintsThatForbidNullAreMerged() throws Exception {
        both("CREATE TABLE t (id int PRIMARY KEY, x int)", "INSERT INTO t VALUES (1), (2)");
        ours("UPDATE t SET x = 5 WHERE id = 2");
        theirs(
                "ALTER TABLE t ADD COLUMN n int CONSTRAINT is_there NOT NULL DEFAULT 0",
                "ALTER TABLE t ADD COLUMN u uuid CONSTRAINT known NOT NULL NO INHERIT DEFAULT gen_random_uuid()",
                "ALTER TABLE t ADD COLUMN a text",
                "UPDATE t SET a = 'theirs', n = id - 1",
                "ALTER TABLE t ADD CONSTRAINT told NOT NULL a NO INHERIT");
        main.merge(feature);
        assertThat(rows("SELECT id, x, n, a, u IS NULL FROM t")).isEqualTo("(1,,0,theirs,f) (2,5,1,theirs,f)");
        assertThat(differences()).isEmpty();
    }
}
