package dev.zvpg.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zvpg.Branch;
import dev.zvpg.Repository;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What {@code zvpg branch merge} prints, and that it did what it says, on a real server. */
@Tag("anybody")
class MergeCommandTest {

    @RegisterExtension
    final Place place = new Place();

    /** Two branches, of which one has changed a price and a stock, and the other one another price. */
    @BeforeEach
    void makeTwoBranches() throws SQLException {
        place.init("--storage", "directory", "--home", place.path("home").toString())
                .succeeded();
        execute("main", "CREATE TABLE prices (id int PRIMARY KEY, net int, changed date DEFAULT '2026-01-01')");
        execute("main", "INSERT INTO prices VALUES (1, 10), (2, 20), (3, 30)");
        place.zvpg("snapshot", "create", "v1").succeeded();
        place.zvpg("branch", "create", "feature", "--no-start").succeeded();
        execute("feature", "UPDATE prices SET net = 11, changed = '2026-02-02' WHERE id = 1");
        execute("feature", "INSERT INTO prices VALUES (4, 40)");
        execute("feature", "DELETE FROM prices WHERE id = 3");
        place.zvpg("commit", "f1", "-m", "", "--branch", "feature").succeeded();
        execute("main", "UPDATE prices SET net = 21 WHERE id = 2");
        place.zvpg("commit", "v2", "-m", "").succeeded();
    }

    private void execute(String branch, String sql) throws SQLException {
        try (Repository repo = place.open()) {
            Branch found = repo.branch(branch);
            found.start();
            try (Connection connection = found.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }
    }

    private String prices(String branch) throws SQLException {
        try (Repository repo = place.open()) {
            Branch found = repo.branch(branch);
            found.start();
            try (Connection connection = found.dataSource().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(
                            "SELECT string_agg(id || '=' || net, ' ' ORDER BY id) FROM prices")) {
                row.next();
                return row.getString(1);
            }
        }
    }

    @Test
    void merges_saysHowManyRowsOfEachTable_andHowToUndoIt() throws SQLException {
        String out = place.zvpg("branch", "merge", "feature", "-m", "Prices of 2027")
                .succeeded()
                .out();
        assertThat(out)
                .startsWith("merged feature into branch main: 3 rows changed; it is at main@")
                .contains("""
                        TABLE          INSERTED  UPDATED  DELETED
                        public.prices  +1        ~1       -1
                        """)
                .endsWith("undo it with: zvpg branch reset main main@v2\n");
        assertThat(prices("main")).isEqualTo("1=11 2=21 4=40");
        assertThat(place.zvpg("branch", "log").out()).contains("Prices of 2027", "feature@f1", "main@v2");
        place.zvpg("branch", "reset", "main", "main@v2").succeeded();
        assertThat(prices("main")).isEqualTo("1=10 2=21 3=30");
        JsonNode merged = place.zvpg("branch", "merge", "feature", "--json").json();
        assertThat(merged.get("kind").textValue()).isEqualTo("merged");
        assertThat(merged.get("before").textValue()).isEqualTo("main@v2");
        assertThat(merged.get("report").get("tables").get(0).get("updated").intValue())
                .isOne();
    }

    @Test
    void withDryRun_saysWhatWouldBeDone_andDoesNothing() throws SQLException {
        String before = place.zvpg("snapshot", "list").out();
        assertThat(place.zvpg("branch", "merge", "feature", "--dry-run")
                        .succeeded()
                        .out())
                .isEqualTo("""
                        merging feature would change 3 rows of branch main
                        TABLE          INSERTED  UPDATED  DELETED
                        public.prices  +1        ~1       -1
                        """);
        JsonNode would =
                place.zvpg("branch", "merge", "feature", "--dry-run", "--json").json();
        assertThat(would.get("kind").isNull()).isTrue();
        assertThat(prices("main")).isEqualTo("1=10 2=21 3=30");
        assertThat(place.zvpg("snapshot", "list").out().lines().count())
                .isEqualTo(before.lines().count());
    }

    @Test
    void listsConflicts_andTheOptionsThatResolveThem() throws SQLException {
        execute("main", "UPDATE prices SET net = 15, changed = '2026-03-03' WHERE id = 1");
        execute("main", "UPDATE prices SET net = 35 WHERE id = 3");
        for (String[] arguments :
                new String[][] {{"branch", "merge", "feature"}, {"branch", "merge", "feature", "--dry-run"}}) {
            Ran ran = place.zvpg(arguments);
            assertThat(ran.exitCode()).isEqualTo(ExitCode.CONFLICT);
            assertThat(ran.out().lines())
                    .containsExactlyInAnyOrder(
                            "CONFLICT public.prices.net  id=1  base 10  ours 15  theirs 11",
                            "CONFLICT public.prices.changed  id=1  base 2026-01-01  ours 2026-03-03  theirs 2026-02-02",
                            "CONFLICT public.prices  id=3  ours net 30 → 35  theirs deleted it");
            assertThat(ran.err())
                    .startsWith("zvpg: cannot merge feature into main: 3 conflicts in public.prices; resolve ")
                    .contains("--resolve WHERE=ours|theirs|newest|add|json", "--ours or --theirs");
        }
        Ran json = place.zvpg("branch", "merge", "feature", "--json");
        assertThat(json.exitCode()).isEqualTo(ExitCode.CONFLICT);
        assertThat(json.out()).contains("\"conflictCount\" : 3");
        assertThat(prices("main")).isEqualTo("1=15 2=21 3=35");

        place.zvpg("branch", "merge", "feature", "--resolve", "public.nothing=ours")
                .failed(ExitCode.USAGE)
                .saying("public.nothing");
        place.zvpg(
                        "branch",
                        "merge",
                        "feature",
                        "--resolve",
                        "public.prices.net=add",
                        "--resolve",
                        "*.changed=newest",
                        "--ours")
                .succeeded();
        assertThat(prices("main")).isEqualTo("1=16 2=21 3=35 4=40");
    }
}
