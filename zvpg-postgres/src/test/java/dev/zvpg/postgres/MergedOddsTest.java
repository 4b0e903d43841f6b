package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.zvpg.Effort;
import dev.zvpg.error.MergeConflictException;
import dev.zvpg.merge.Conflict;
import dev.zvpg.merge.Conflict.SchemaConflict;
import dev.zvpg.merge.Resolution;
import java.sql.SQLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a merge makes of definitions that are seldom thought of. */
@Tag(Effort.ANYBODY)
@Tag(Effort.FULL)
class MergedOddsTest extends TwoBranches {

    private static final String IDENTITIES =
            "SELECT relname, relreplident FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
                    + " UNION ALL SELECT c.relname, 'i' FROM pg_index i JOIN pg_class c ON c.oid = indexrelid"
                    + " WHERE indisreplident";

    private boolean isGivenAway;

    @Test
    void whatARowIsKnownByForOthersIsMerged() throws Exception {
        both(
                "CREATE TABLE whole (id int PRIMARY KEY)",
                "CREATE TABLE nothing (id int PRIMARY KEY)",
                "CREATE TABLE byindex (id int PRIMARY KEY, a text NOT NULL)",
                "CREATE TABLE usual (id int PRIMARY KEY)",
                "ALTER TABLE usual REPLICA IDENTITY FULL",
                "CREATE TABLE same (id int PRIMARY KEY)",
                "CREATE TABLE mine (id int PRIMARY KEY)",
                "CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY RANGE (id)");
        ours(
                "ALTER TABLE same REPLICA IDENTITY FULL",
                "ALTER TABLE mine REPLICA IDENTITY FULL",
                "ALTER TABLE byindex ADD COLUMN b int",
                "INSERT INTO byindex VALUES (1, 'ours', 1)");
        theirs(
                "ALTER TABLE whole REPLICA IDENTITY FULL",
                "ALTER TABLE nothing REPLICA IDENTITY NOTHING",
                "ALTER TABLE nothing RENAME TO \"No Thing\"",
                "CREATE UNIQUE INDEX \"By A\" ON byindex (a)",
                "ALTER TABLE byindex REPLICA IDENTITY USING INDEX \"By A\"",
                "ALTER TABLE usual REPLICA IDENTITY DEFAULT",
                "ALTER TABLE same REPLICA IDENTITY FULL",
                "ALTER TABLE parted REPLICA IDENTITY FULL",
                "CREATE TABLE new (id int)",
                "ALTER TABLE new REPLICA IDENTITY FULL");
        main.merge(feature);
        assertThat(rows(IDENTITIES))
                .isEqualTo("(\"By A\",i) (\"No Thing\",n) (byindex,i) (mine,f) (new,f) (parted,f) (same,f) (usual,d)"
                        + " (whole,f)");
        assertThat(differences())
                .containsExactlyInAnyOrder("Changed table public.mine", "Added table column public.byindex.b");
    }

    @Test
    void whatARowIsKnownByForOthersIsAConflictWhereBothHaveChosenAnotherIndex() throws Exception {
        both(
                "CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL, b text NOT NULL)",
                "INSERT INTO t VALUES (1, 'a', 'b')");
        ours("CREATE UNIQUE INDEX by_a ON t (a)", "ALTER TABLE t REPLICA IDENTITY USING INDEX by_a");
        theirs("CREATE UNIQUE INDEX by_b ON t (b)", "ALTER TABLE t REPLICA IDENTITY USING INDEX by_b");
        assertThat(conflicts())
                .singleElement()
                .isInstanceOf(SchemaConflict.class)
                .extracting(Conflict::table)
                .isEqualTo("public.t");
    }

    @Test
    void aFunctionThatOnlyTheBaseCallsForAnotherUserIsNotCalled() throws Exception {
        both(
                "CREATE ROLE mallory",
                "CREATE TABLE t (id int PRIMARY KEY, a text)",
                "INSERT INTO t VALUES (1, 'a')",
                "CREATE FUNCTION trap(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1'",
                "ALTER FUNCTION trap(int) OWNER TO mallory",
                "CREATE INDEX i ON t ((id + trap(1)))"); // it is called by whoever plans to read the table
        ours("DROP INDEX i", "INSERT INTO t VALUES (2, NULL)");
        theirs("DROP INDEX i", "ALTER TABLE t DROP COLUMN a");
        assertThat(conflicts()).singleElement().satisfies(MergedOddsTest::callsTrap);
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "ours", "live"})
    void aFunctionThatIsASuperusersInTheirsOnlyIsNotCalled(String where) throws Exception {
        both(
                "CREATE ROLE mallory",
                "CREATE TABLE t (id int PRIMARY KEY, a text)",
                "INSERT INTO t VALUES (1, 'a')",
                "CREATE SCHEMA s",
                "CREATE FUNCTION s.trap(n int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1'",
                "ALTER FUNCTION s.trap OWNER TO " + (where.equals("base") ? "mallory" : "CURRENT_USER"));
        ours(
                "UPDATE t SET a = 'ours'",
                "ALTER FUNCTION s.trap OWNER TO " + (where.equals("ours") ? "mallory" : "CURRENT_USER"));
        theirs(
                "UPDATE t SET a = 'theirs'",
                "ALTER FUNCTION s.trap OWNER TO CURRENT_USER",
                "ALTER SCHEMA s RENAME TO r",
                "ALTER TABLE t ADD COLUMN b int DEFAULT r.trap(1)");
        MergeConflictException refused = catchThrowableOfType(
                MergeConflictException.class,
                () -> main.merge(
                        feature,
                        options -> options.resolve("public.t.a", conflict -> {
                            if (where.equals("live")) {
                                giveTrapAway();
                            }
                            return Resolution.OURS;
                        })));
        assertThat(refused.conflicts()).anySatisfy(MergedOddsTest::callsTrap);
    }

    /** What somebody does between the trial and the merge. */
    private void giveTrapAway() {
        try {
            if (!isGivenAway) {
                isGivenAway = true; // the merge itself asks once more, and has locks
                Sql.execute(main, "ALTER FUNCTION s.trap OWNER TO mallory");
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static void callsTrap(Conflict conflict) {
        assertThat(((SchemaConflict) conflict).reason())
                .contains("trap(integer), a function of a user who is no superuser");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE \"t;\" ADD COLUMN n int CONSTRAINT \"x NOT NULL; CREATE ROLE trap; --\" NOT NULL DEFAULT 0",
                "CREATE DOMAIN d AS int CONSTRAINT \"x NOT NULL; CREATE ROLE trap; --\" NOT NULL"
            })
    void aNameOfAConstraintThatForbidsNullIsNoStatement(String definition) throws Exception {
        both("CREATE TABLE \"t;\" (id int PRIMARY KEY, a text NOT NULL)");
        ours("INSERT INTO \"t;\" VALUES (1, 'a')");
        theirs(definition);
        assertThat(conflicts())
                .singleElement()
                .satisfies(conflict -> assertThat(((SchemaConflict) conflict).reason())
                        .contains("something is called x NOT NULL; CREATE ROLE trap"));
    }

    @Test
    void collationsAreMergedWithTheColumnsThatUseThem() throws Exception {
        both("CREATE TABLE t (id int PRIMARY KEY, a text)", "INSERT INTO t VALUES (1, 'a')");
        ours("INSERT INTO t VALUES (2, 'ä')");
        theirs(
                "CREATE SCHEMA s",
                "CREATE COLLATION s.\"By Bytes\" (provider = libc, locale = 'C')",
                "CREATE COLLATION german (provider = icu, locale = 'de', deterministic = false)",
                "COMMENT ON COLLATION german IS 'as in Germany'",
                "ALTER TABLE t ADD COLUMN b text COLLATE s.\"By Bytes\"",
                "CREATE TABLE u (a text COLLATE german)",
                "CREATE INDEX ON t (a COLLATE german)");
        main.merge(feature);
        assertThat(differences()).isEmpty();
    }
}
