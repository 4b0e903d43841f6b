package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Effort;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a merge makes of definitions that are seldom thought of. */
@Tag(Effort.ANYBODY)
@Tag(Effort.FULL)
class MergedOddsTest extends TwoBranches {

    private static final String IDENTITIES =
            "SELECT relname, relreplident FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
                    + " UNION ALL SELECT c.relname, 'i' FROM pg_index i JOIN pg_class c ON c.oid = indexrelid"
                    + " WHERE indisreplident";

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
