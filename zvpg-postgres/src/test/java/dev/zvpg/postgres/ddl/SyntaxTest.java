package dev.zvpg.postgres.ddl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whether statements are understood whatever their literals hold. */
class SyntaxTest {

    private static final String SPACES = " ".repeat(300_000);

    @Test
    void namesAreUnderstoodAsTheyAreQuoted() {
        assertThat(NewColumns.nameOf("ALTER TABLE public.t\n\tADD COLUMN n integer"))
                .contains("n");
        assertThat(NewColumns.nameOf(
                        "ALTER TABLE ONLY \"my \"\"schema\".\"my ADD COLUMN x\"\n\tADD COLUMN \"the \"\"n\" text"))
                .contains("\"the \"\"n\"");
        assertThat(NewColumns.later("ALTER TABLE public.t\n\tADD COLUMN n integer NOT NULL"))
                .contains(new NewColumns.Later(
                        "ALTER TABLE public.t\n\tADD COLUMN n integer",
                        "ALTER TABLE public.t ALTER COLUMN n SET NOT NULL"));
    }

    @Test
    void aLiteralThatLooksLikeAStatementIsNone() {
        String check = "ALTER TABLE public.t\n\tADD CONSTRAINT c CHECK (a <> ' ADD COLUMN b text NOT NULL')";
        assertThat(NewColumns.nameOf(check)).isEmpty();
        assertThat(NewColumns.later("ALTER TABLE public.t\n\tALTER COLUMN a SET DEFAULT ' ADD COLUMN b text NOT NULL"))
                .isEmpty();
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void longLiteralsOfSpacesAreGoneThroughOnce() {
        String literal = "'x" + SPACES + "x'";
        String check = "ALTER TABLE public.t\n\tADD CONSTRAINT c CHECK (a <> " + literal + " AND a <> 'b')";
        assertThat(NewColumns.nameOf(check)).isEmpty();
        assertThat(NewColumns.later(check)).isEmpty();
        assertThat(NewColumns.later("ALTER TABLE t\n\tADD COLUMN b text DEFAULT " + literal + " NOT NULL"))
                .isPresent();
        assertThat(NewColumns.withIdentities(List.of(check, check), table -> true))
                .containsExactly(check, check);
        assertThat(Script.statements("SELECT ';" + SPACES + "x';" + SPACES + "\n\nSELECT 2;" + SPACES))
                .containsExactly("SELECT ';" + SPACES + "x'", "SELECT 2");
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.MINUTES)
    void commentsThatDoNotEndAreNotLookedForToTheEndOfAScript() {
        String literal = "SELECT '" + ";/*".repeat(300_000) + "'";
        assertThat(Script.statements(literal + ";\n\nSELECT 2;")).containsExactly(literal, "SELECT 2");
    }
}
