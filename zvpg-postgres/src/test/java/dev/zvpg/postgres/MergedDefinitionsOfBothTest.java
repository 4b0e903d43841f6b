package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.zvpg.Effort;
import dev.zvpg.error.MergeConflictException;
import dev.zvpg.merge.Conflict;
import dev.zvpg.merge.Conflict.CellConflict;
import dev.zvpg.merge.Conflict.SchemaConflict;
import dev.zvpg.merge.Resolution;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a merge makes of definitions that one branch has changed under what the other one has done. */
@Tag(Effort.ANYBODY)
class MergedDefinitionsOfBothTest extends TwoBranches {

    private static String reason(Conflict conflict) {
        return ((SchemaConflict) conflict).reason();
    }

    @Test
    void aColumnThatIsNewInBothWithAnotherValueForTheSameRowsIsAConflictOfItsCells() throws Exception {
        both("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t SELECT generate_series(1, 3)");
        ours("ALTER TABLE t ADD COLUMN at timestamptz NOT NULL DEFAULT now()");
        theirs("ALTER TABLE t ADD COLUMN at timestamptz NOT NULL DEFAULT now()");
        String ours = rows("SELECT * FROM t");
        assertThat(conflicts()).hasSize(3).allMatch(CellConflict.class::isInstance);
        assertThat(rows("SELECT * FROM t")).isEqualTo(ours);
        feature.start();
        String theirs = Sql.value(feature, "SELECT DISTINCT at FROM t");
        main.merge(feature, options -> options.theirs("public.t"));
        assertThat(Sql.value(main, "SELECT DISTINCT at FROM t")).isEqualTo(theirs);
    }

    @Test
    void aColumnThatOursHasDroppedOrRetypedIsInTheWayOfItsOwnValuesOnly() throws Exception {
        both(
                "CREATE TABLE t (id int PRIMARY KEY, a text, gone text, n int)",
                "INSERT INTO t SELECT g, 'a', 'g', g FROM generate_series(1, 4) g");
        ours("ALTER TABLE t DROP COLUMN gone", "ALTER TABLE t ALTER n TYPE bigint USING n * 100");
        theirs(
                "UPDATE t SET a = 'theirs' WHERE id = 2",
                "DELETE FROM t WHERE id = 4",
                "INSERT INTO t VALUES (5, 'new', 'g')");
        main.merge(feature);
        assertThat(rows("SELECT * FROM t")).isEqualTo("(1,a,100) (2,theirs,200) (3,a,300) (5,new,)");
        feature.start();
        theirs("UPDATE t SET gone = 'theirs', n = 7 WHERE id < 3", "INSERT INTO t VALUES (6, 'new', 'g', 6)");
        assertThat(conflicts()).extracting(Conflict::table).containsExactlyInAnyOrder("public.t.gone", "public.t.n");
        assertThat(conflicts())
                .allSatisfy(conflict -> assertThat(reason(conflict)).contains("the branch that is merged"));
    }

    @Test
    void definitionsOfTheirsMeetAColumnThatOursHasDropped() throws Exception {
        both(
                "CREATE TABLE t (id int PRIMARY KEY, a text, gone text)",
                "INSERT INTO t VALUES (1, 'a', 'g'), (2, 'a', 'g')");
        ours("ALTER TABLE t DROP COLUMN gone");
        theirs("ALTER TABLE t ADD COLUMN b int DEFAULT 1", "UPDATE t SET b = 2, a = 'theirs' WHERE id = 2");
        main.merge(feature);
        assertThat(rows("SELECT * FROM t")).isEqualTo("(1,a,1) (2,theirs,2)");
        assertThat(differences()).containsExactly("Dropped table column public.t.gone");
    }

    @Test
    void namesThatTheirsHasSwappedOrGivenToSomethingElseAreMerged() throws Exception {
        both(
                "CREATE TABLE a (id int PRIMARY KEY)",
                "CREATE TABLE b (id int PRIMARY KEY)",
                "CREATE TABLE old (id int PRIMARY KEY, x text)",
                "INSERT INTO a VALUES (1)",
                "INSERT INTO b VALUES (2)",
                "INSERT INTO old VALUES (3, 'old')");
        ours("INSERT INTO a VALUES (10)", "INSERT INTO old VALUES (30, 'ours')");
        theirs(
                "ALTER TABLE a RENAME TO c",
                "ALTER TABLE b RENAME TO a",
                "ALTER TABLE c RENAME TO b",
                "INSERT INTO a VALUES (20)",
                "ALTER TABLE old RENAME TO archive",
                "CREATE TABLE old (id int PRIMARY KEY, y int)",
                "INSERT INTO old VALUES (4, 4)");
        main.merge(feature);
        assertThat(rows("SELECT * FROM a")).isEqualTo("(2) (20)");
        assertThat(rows("SELECT * FROM b")).isEqualTo("(1) (10)");
        assertThat(rows("SELECT * FROM archive")).isEqualTo("(3,old) (30,ours)");
        assertThat(rows("SELECT * FROM old")).isEqualTo("(4,4)");
        assertThat(differences()).isEmpty();
    }

    @Test
    void namesThatOursHasSwappedOrGivenToSomethingElseAreKept() throws Exception {
        both(
                "CREATE TABLE a (id int PRIMARY KEY)",
                "CREATE TABLE b (id int PRIMARY KEY)",
                "CREATE TABLE old (id int PRIMARY KEY, x text)",
                "INSERT INTO old VALUES (3, 'old')");
        ours(
                "ALTER TABLE a RENAME TO c",
                "ALTER TABLE b RENAME TO a",
                "ALTER TABLE c RENAME TO b",
                "ALTER TABLE old RENAME TO archive",
                "CREATE TABLE old (id int PRIMARY KEY, y int)",
                "INSERT INTO old VALUES (4, 4)");
        theirs(
                "INSERT INTO a VALUES (1)",
                "ALTER TABLE old ADD COLUMN z int DEFAULT 5",
                "INSERT INTO old VALUES (5, 'theirs', 6)");
        main.merge(feature);
        assertThat(rows("SELECT * FROM b")).isEqualTo("(1)");
        assertThat(rows("SELECT * FROM archive")).isEqualTo("(3,old,5) (5,theirs,6)");
        assertThat(rows("SELECT * FROM old")).isEqualTo("(4,4)");
    }

    @Test
    void aValueOfAnEnumerationThatWasRenamedAndAddedAgainIsAnotherOne() throws Exception {
        both(
                "CREATE TYPE mood AS ENUM ('sad', 'ok')",
                "CREATE TABLE t (id int PRIMARY KEY, m mood)",
                "INSERT INTO t VALUES (1, 'sad')");
        ours("INSERT INTO t VALUES (2, 'sad')");
        theirs(
                "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'",
                "ALTER TYPE mood ADD VALUE 'sad' AFTER 'ok'",
                "INSERT INTO t VALUES (3, 'sad')");
        main.merge(feature);
        assertThat(rows("SELECT * FROM t")).isEqualTo("(1,blue) (2,blue) (3,sad)");
        assertThat(differences()).isEmpty();
    }

    @Test
    void anIdentityThatReplacesASequenceGoesOnBehindTheRowsOfOurs() throws Exception {
        both(
                "CREATE TABLE t (id serial PRIMARY KEY, a text)",
                "INSERT INTO t (a) SELECT 'a' FROM generate_series(1, 3)");
        ours("INSERT INTO t (a) SELECT 'ours' FROM generate_series(1, 100)");
        theirs(
                "ALTER TABLE t ALTER id DROP DEFAULT",
                "DROP SEQUENCE t_id_seq",
                "ALTER TABLE t ALTER id ADD GENERATED BY DEFAULT AS IDENTITY (START WITH 4)");
        main.merge(feature);
        Sql.execute(main, "INSERT INTO t (a) VALUES ('next')");
        assertThat(Sql.value(main, "SELECT id FROM t WHERE a = 'next'")).isEqualTo("104");
    }

    @Test
    void aFunctionThatComesIntoTheBranchWhileItIsMergedIsNotCalled() throws Exception {
        both("CREATE ROLE mallory", "CREATE TABLE t (id int PRIMARY KEY, a text)", "INSERT INTO t VALUES (1, 'a')");
        ours("UPDATE t SET a = 'ours'");
        theirs("UPDATE t SET a = 'theirs'", "ALTER TABLE t ADD COLUMN b int");
        MergeConflictException refused = catchThrowableOfType(
                MergeConflictException.class,
                () -> main.merge(
                        feature,
                        options -> options.resolve("public.t.a", conflict -> {
                            trap();
                            return Resolution.OURS;
                        })));
        assertThat(refused.conflicts())
                .anySatisfy(conflict -> assertThat(reason(conflict)).contains("trap(integer)"));
    }

    /** What somebody does between the trial and the merge. */
    private void trap() {
        try {
            for (String statement : List.of(
                    "CREATE OR REPLACE FUNCTION trap(int) RETURNS bool LANGUAGE sql AS 'SELECT true'",
                    "ALTER FUNCTION trap(int) OWNER TO mallory",
                    "CREATE TABLE IF NOT EXISTS trapped (id int CHECK (trap(id)))")) {
                Sql.execute(main, statement);
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }
}
