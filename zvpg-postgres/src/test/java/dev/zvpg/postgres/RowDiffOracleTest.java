package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Branch;
import dev.zvpg.Diff;
import dev.zvpg.Effort;
import dev.zvpg.Repository;
import dev.zvpg.ScratchClone;
import dev.zvpg.Snapshot;
import dev.zvpg.diff.RowChange;
import dev.zvpg.diff.TableDiff;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares images of a server that is at work, and of branches from them, and holds what the comparison finds against
 * all rows of both. {@code -Dzvpg.test.seed=N} repeats a run.
 */
@Tag(Effort.ANYBODY)
class RowDiffOracleTest {

    private static final int ROUNDS = Integer.getInteger("zvpg.test.rounds", 1);
    private static final long SEED = Long.getLong("zvpg.test.seed", System.nanoTime());

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    static Stream<Postgres> versions() {
        return Versions14To18.embedded();
    }

    /** All rows of a table: values by column. */
    private record Rows(List<String> key, List<Map<String, String>> rows) {}

    private int touched;
    private int changed;

    @ParameterizedTest
    @MethodSource("versions")
    void findsExactlyTheRowsThatDiffer(Postgres postgres) throws Exception {
        try (Repository repo = sandbox.zvpg(new Prepared(postgres))
                .setting("max_prepared_transactions", "20")
                .setting("shared_buffers", "1MB")
                .init()) {
            Branch main = repo.branch("main");
            main.start();
            RandomWork.prepare(main);
            for (int round = 0; round < ROUNDS; round++) {
                try {
                    round(repo, main, round);
                } catch (AssertionError | Exception e) {
                    throw new AssertionError(
                            "seed " + SEED + ", round " + round + ", PostgreSQL " + postgres.version(), e);
                }
            }
            main.stop();
        }
        assertThat(touched).as("tables of which only pages were read").isPositive();
        assertThat(changed).as("rows that differ").isPositive();
    }

    private void round(Repository repo, Branch main, int round) throws SQLException {
        Random random = new Random(SEED + round);
        Snapshot x;
        Snapshot y;
        try (RandomWork work = new RandomWork(main, random, "m" + round + "_", 4)) {
            work.run(30);
            x = main.snapshot("x" + round, "", o -> o.checkpoint(random.nextBoolean()));
            if (random.nextBoolean()) {
                work.commit();
            } else {
                work.run(random.nextInt(30));
            }
            y = main.snapshot("y" + round, "", o -> o.checkpoint(random.nextBoolean()));
        }
        Branch branch = x.branch("b" + round);
        branch.start();
        try (RandomWork work = new RandomWork(branch, random, "b" + round + "_", 3)) {
            work.run(20 + random.nextInt(30));
        }
        Snapshot z = branch.commit("");
        branch.stop();
        Map<String, Rows> inX = x.withScratch(RowDiffOracleTest::everything);
        Map<String, Rows> inY = y.withScratch(RowDiffOracleTest::everything);
        Map<String, Rows> inZ = z.withScratch(RowDiffOracleTest::everything);
        compare(x, inX, y, inY);
        compare(x, inX, z, inZ);
        compare(y, inY, z, inZ);
        repo.branch("b" + round).discard();
        x.delete();
    }

    private void compare(Snapshot before, Map<String, Rows> earlier, Snapshot after, Map<String, Rows> later) {
        try (Diff diff = before.diff(after)) {
            Map<String, TableDiff> told =
                    diff.tables().stream().collect(Collectors.toMap(TableDiff::name, table -> table));
            for (String name : earlier.keySet()) {
                TableDiff table = told.get(name);
                Rows one = Objects.requireNonNull(earlier.get(name));
                Rows other = Objects.requireNonNull(later.get(name));
                List<String> found = table == null ? List.of() : found(table, one, other);
                assertThat(found)
                        .as(name + " from " + before + " to " + after)
                        .containsExactlyInAnyOrderElementsOf(expected(one, other));
                if (table != null) {
                    assertThat(table.inserted() + table.updated() + table.deleted())
                            .isEqualTo(found.size());
                    touched += table.method() == TableDiff.Method.TOUCHED_PAGES ? 1 : 0;
                    changed += found.size();
                }
            }
        }
    }

    private static List<String> common(Rows one, Rows other) {
        TreeSet<String> common = new TreeSet<>(columns(one));
        common.retainAll(columns(other));
        return List.copyOf(common);
    }

    /** Columns of a table that has no rows are of no interest. */
    private static List<String> columns(Rows rows) {
        return rows.rows().isEmpty()
                ? List.of()
                : List.copyOf(rows.rows().get(0).keySet());
    }

    private static String values(Map<String, String> row, List<String> columns) {
        return columns.stream().map(column -> column + "=" + row.get(column)).collect(Collectors.joining(" "));
    }

    private static List<String> found(TableDiff table, Rows one, Rows other) {
        List<String> common = common(one, other);
        try (Stream<RowChange> rows = table.rows()) {
            return rows.map(row -> row.kind() + " "
                            + (row.kind() == RowChange.Kind.INSERTED ? "" : values(row.before(), columns(one, common)))
                            + " > "
                            + (row.kind() == RowChange.Kind.DELETED ? "" : values(row.after(), columns(other, common))))
                    .toList();
        }
    }

    private static List<String> columns(Rows rows, List<String> common) {
        return common.isEmpty() ? columns(rows) : common;
    }

    private static List<String> expected(Rows one, Rows other) {
        List<String> common = common(one, other);
        return one.key().isEmpty() ? expectedCounts(one, other, common) : expectedByKey(one, other, common);
    }

    private static List<String> expectedByKey(Rows one, Rows other, List<String> common) {
        Map<String, Map<String, String>> earlier = new LinkedHashMap<>();
        one.rows().forEach(row -> earlier.put(values(row, one.key()), row));
        List<String> expected = new ArrayList<>();
        for (Map<String, String> row : other.rows()) {
            Map<String, String> was = earlier.remove(values(row, one.key()));
            if (was == null) {
                expected.add("INSERTED  > " + values(row, columns(other, common)));
            } else if (!values(was, common).equals(values(row, common))) {
                expected.add("UPDATED " + values(was, common) + " > " + values(row, common));
            }
        }
        earlier.values().forEach(row -> expected.add("DELETED " + values(row, columns(one, common)) + " > "));
        return expected;
    }

    private static List<String> expectedCounts(Rows one, Rows other, List<String> common) {
        Map<String, Integer> counts = new HashMap<>();
        one.rows().forEach(row -> counts.merge(values(row, columns(one, common)), -1, Integer::sum));
        other.rows().forEach(row -> counts.merge(values(row, columns(other, common)), 1, Integer::sum));
        List<String> expected = new ArrayList<>();
        counts.forEach((row, count) -> {
            for (int i = 0; i < Math.abs(count); i++) {
                expected.add(count > 0 ? "INSERTED  > " + row : "DELETED " + row + " > ");
            }
        });
        return expected;
    }

    private static Map<String, Rows> everything(ScratchClone pg) throws SQLException {
        Map<String, Rows> all = new LinkedHashMap<>();
        try (Connection connection = pg.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET timezone = 'UTC'");
            for (String table : RandomWork.TABLES) {
                String key = switch (table) {
                    case "plain", "parts", "child" -> "id";
                    case "texts" -> "k";
                    case "pairs" -> "x,y";
                    default -> "";
                };
                all.put("public." + table, rows(statement, "SELECT * FROM public." + table, key));
            }
            all.put("pg_catalog.pg_largeobject", rows(statement, "SELECT * FROM pg_largeobject", "loid,pageno"));
        }
        return all;
    }

    private static Rows rows(Statement statement, String query, String key) throws SQLException {
        List<String> columns = new ArrayList<>();
        try (ResultSet none = statement.executeQuery(query + " LIMIT 0")) {
            ResultSetMetaData data = none.getMetaData();
            for (int i = 1; i <= data.getColumnCount(); i++) {
                columns.add(data.getColumnName(i));
            }
        }
        String texts = columns.stream().map(column -> column + "::text").collect(Collectors.joining(", "));
        List<Map<String, String>> rows = new ArrayList<>();
        try (ResultSet row = statement.executeQuery(query.replace("*", texts))) {
            while (row.next()) {
                Map<String, String> values = new LinkedHashMap<>();
                for (int i = 0; i < columns.size(); i++) {
                    values.put(columns.get(i), String.valueOf(row.getString(i + 1)));
                }
                rows.add(values);
            }
        }
        return new Rows(key.isEmpty() ? List.of() : List.of(key.split(",", -1)), rows);
    }
}
