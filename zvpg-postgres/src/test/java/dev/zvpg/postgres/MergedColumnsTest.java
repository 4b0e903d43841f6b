package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Effort;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a merge makes of columns that theirs has added or given another type, in rows of ours. */
@Tag(Effort.ANYBODY)
@Tag(Effort.FULL)
class MergedColumnsTest extends TwoBranches {

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
}
