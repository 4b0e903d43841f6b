package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Effort;
import dev.zvpg.merge.Conflict;
import dev.zvpg.merge.Conflict.CellConflict;
import dev.zvpg.merge.Conflict.ConstraintConflict;
import dev.zvpg.merge.Conflict.RowConflict;
import dev.zvpg.merge.MergeOptions;
import dev.zvpg.merge.MergeReport;
import dev.zvpg.merge.Resolution;
import dev.zvpg.server.ServerContent;
import dev.zvpg.server.ServerContent.Comparison;
import dev.zvpg.server.ServerMerge;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Merges small databases that were changed at random, and holds what comes of it against a model of maps. {@code
 * -Dzvpg.test.seed=N} repeats a run, {@code -Dzvpg.test.rounds=N} makes it longer.
 */
@Tag(Effort.ANYBODY)
class MergeOracleTest {

    private static final int ROUNDS = Integer.getInteger("zvpg.test.rounds", Effort.of(2, 6));
    private static final long SEED = Long.getLong("zvpg.test.seed", System.nanoTime());

    private static final String[] SCHEMA = {
        "CREATE TABLE p (id int PRIMARY KEY, a text, u int UNIQUE)",
        "CREATE TABLE c (id int, part int, p int, CONSTRAINT refers FOREIGN KEY (p) REFERENCES p ON DELETE CASCADE, "
                + "PRIMARY KEY (id, part)) PARTITION BY LIST (part)",
        "CREATE TABLE c0 PARTITION OF c FOR VALUES IN (0)",
        "CREATE TABLE c1 PARTITION OF c DEFAULT",
        "CREATE TABLE k (a int, b text)",
    };

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private final Set<String> seen = new TreeSet<>();

    static Stream<Postgres> versions() {
        return Versions14To18.embedded();
    }

    /**
     * What a database holds.
     *
     * @param p text and number by key
     * @param c number by key, which is two numbers
     * @param k how many there are of each row
     */
    private record Model(
            Map<String, List<@Nullable String>> p, Map<String, List<@Nullable String>> c, Map<String, Integer> k) {

        static Model random(Random random) {
            Model model = new Model(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
            for (int i = 0; i < 6; i++) {
                model.change(random);
            }
            return model;
        }

        Model changed(Random random) {
            Model copy = new Model(new TreeMap<>(p), new TreeMap<>(c), new TreeMap<>(k));
            for (int changes = random.nextInt(5); changes > 0; changes--) {
                copy.change(random);
            }
            return copy;
        }

        private void change(Random random) {
            Model before = new Model(new TreeMap<>(p), new TreeMap<>(c), new TreeMap<>(k));
            String id = Integer.toString(random.nextInt(5));
            switch (random.nextInt(6)) {
                case 0 -> p.remove(id);
                case 1, 2 -> p.put(id, row(text(random), random.nextInt(3) == 0 ? null : "" + random.nextInt(8)));
                case 3 -> c.remove(id + " " + random.nextInt(2));
                case 4 ->
                    c.put(id + " " + random.nextInt(2), row(random.nextInt(3) == 0 ? null : "" + random.nextInt(5)));
                default -> k.merge(random.nextInt(2) + " " + text(random), random.nextBoolean() ? 1 : -1, Integer::sum);
            }
            k.values().removeIf(count -> count == 0);
            if (!isValid()) {
                p.clear();
                c.clear();
                k.clear();
                p.putAll(before.p);
                c.putAll(before.c);
                k.putAll(before.k);
            }
        }

        private static String text(Random random) {
            return List.of("x", "y'", "z\\\t").get(random.nextInt(3));
        }

        boolean isValid() {
            List<String> unique = p.values().stream()
                    .flatMap(row -> Optional.ofNullable(row.get(1)).stream())
                    .toList();
            return Set.copyOf(unique).size() == unique.size()
                    && c.values().stream().allMatch(row -> row.get(0) == null || p.containsKey(row.get(0)))
                    && k.values().stream().allMatch(count -> count >= 0);
        }

        void write(PostgresServer server) throws SQLException {
            List<String> statements = new ArrayList<>(List.of("TRUNCATE p, c, k"));
            p.forEach((id, row) -> statements.add(
                    "INSERT INTO p VALUES (" + id + ", " + literal(row.get(0)) + ", " + literal(row.get(1)) + ")"));
            c.forEach((id, row) ->
                    statements.add("INSERT INTO c VALUES (" + id.replace(' ', ',') + ", " + literal(row.get(0)) + ")"));
            k.forEach((row, count) -> statements.add("INSERT INTO k SELECT " + row.charAt(0) + ", "
                    + literal(row.substring(2)) + " FROM generate_series(1, " + count + ")"));
            execute(server, statements);
        }

        static Model read(PostgresServer server) throws SQLException {
            Model model = new Model(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
            try (Connection connection = server.dataSource("postgres").getConnection();
                    Statement statement = connection.createStatement()) {
                try (ResultSet row = statement.executeQuery("SELECT id, a, u FROM p")) {
                    while (row.next()) {
                        model.p.put(row.getString(1), row(row.getString(2), row.getString(3)));
                    }
                }
                try (ResultSet row = statement.executeQuery("SELECT id || ' ' || part, p FROM c")) {
                    while (row.next()) {
                        model.c.put(row.getString(1), row(row.getString(2)));
                    }
                }
                try (ResultSet row = statement.executeQuery("SELECT a || ' ' || b, count(*) FROM k GROUP BY 1")) {
                    while (row.next()) {
                        model.k.put(row.getString(1), row.getInt(2));
                    }
                }
            }
            return model;
        }
    }

    private static List<@Nullable String> row(@Nullable String... values) {
        return new ArrayList<>(Arrays.asList(values));
    }

    private static String literal(@Nullable String value) {
        return value == null ? "NULL" : "'" + value.replace("'", "''") + "'";
    }

    private static void execute(PostgresServer server, List<String> statements) throws SQLException {
        try (Connection connection = server.dataSource("postgres").getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void mergesAsTheModelDoes(Postgres postgres) throws Exception {
        List<PostgresServer> servers = new ArrayList<>();
        for (String name : List.of("base", "base2", "theirs", "ours")) {
            PostgresServer server = sandbox.start(postgres, sandbox.cluster(postgres, name), Map.of("fsync", "off"));
            execute(server, List.of(SCHEMA));
            servers.add(server);
        }
        try {
            for (int round = 0; round < ROUNDS; round++) {
                try {
                    round(servers, new Random(SEED + round));
                } catch (AssertionError | Exception e) {
                    throw new AssertionError(
                            "seed " + SEED + ", round " + round + ", PostgreSQL " + postgres.version(), e);
                }
            }
        } finally {
            servers.forEach(PostgresServer::stopAtOnce);
        }
        if (ROUNDS >= 30) {
            assertThat(seen).contains("merged", "conflict", "constraint", "crosswise");
        }
    }

    private void round(List<PostgresServer> servers, Random random) throws SQLException {
        Model base = Model.random(random);
        Model ours = base.changed(random);
        Model theirs = base.changed(random);
        List<Model> bases = new ArrayList<>(List.of(base));
        if (random.nextInt(3) == 0) { // such as after both have merged the other
            bases.add((random.nextBoolean() ? ours : theirs).changed(random));
            seen.add("crosswise");
        }
        theirs.write(servers.get(2));
        ours.write(servers.get(3));
        List<ServerContent> contents = new ArrayList<>();
        try {
            ServerContent content = servers.get(2).content();
            contents.add(content);
            List<Comparison> comparisons = new ArrayList<>();
            for (int i = 0; i < bases.size(); i++) {
                bases.get(i).write(servers.get(i));
                ServerContent before = servers.get(i).content();
                contents.add(before);
                comparisons.add(before.compareWith(content, Optional.empty()));
            }
            MergeOptions options = random.nextInt(3) > 0
                    ? MergeOptions.DEFAULT
                    : random.nextBoolean() ? MergeOptions.DEFAULT.ours() : MergeOptions.DEFAULT.theirs();
            check(servers.get(3), comparisons, options, new Expected(bases, ours, theirs, options));
        } finally {
            contents.forEach(ServerContent::close);
        }
    }

    private void check(PostgresServer server, List<Comparison> changes, MergeOptions options, Expected expected)
            throws SQLException {
        try (ServerMerge merge = server.merge(changes, ServerMerge.Definitions.NONE, options, Set.of())) {
            MergeReport report = merge.report();
            if (!expected.conflicts.isEmpty()) {
                seen.add("conflict");
                Set<String> told = new TreeSet<>();
                report.conflicts().forEach(conflict -> told.add(words(conflict)));
                assertThat(told).isEqualTo(expected.conflicts);
            } else if (!expected.merged.isValid()) {
                seen.add("constraint");
                assertThat(report.conflicts()).isNotEmpty().allMatch(ConstraintConflict.class::isInstance);
            } else {
                seen.add("merged");
                assertThat(report.conflicts()).isEmpty();
                String transactions = merge.transactions();
                merge.commit();
                assertThat(Model.read(server)).isEqualTo(expected.merged);
                assertThat(server.outcome(transactions).undone()).isEmpty();
                return;
            }
        }
        assertThat(Model.read(server)).isEqualTo(expected.ours);
    }

    private static String words(Conflict conflict) {
        if (conflict instanceof CellConflict cell) {
            return cell.table() + " " + String.join(" ", cell.key().values()) + " " + cell.column();
        }
        if (conflict instanceof RowConflict row) {
            return row.table() + " "
                    + (row.key().isEmpty()
                            ? row.base().get("a") + " " + row.base().get("b")
                            : String.join(" ", row.key().values()));
        }
        return conflict.toString();
    }

    /** What the model says; written as differently from what is tested as the same thing can be. */
    private static final class Expected {

        private final Model ours;
        private final Model merged = new Model(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
        private final Set<String> conflicts = new TreeSet<>();
        private final @Nullable Boolean takesTheirs;

        Expected(List<Model> bases, Model ours, Model theirs, MergeOptions options) {
            this.ours = ours;
            this.takesTheirs = options.resolvers().isEmpty()
                    ? null
                    : options.resolve(new RowConflict("", "", Map.of(), Map.of(), Map.of(), Map.of()))
                            .equals(Resolution.THEIRS);
            rows("public.p", bases.stream().map(Model::p).toList(), ours.p, theirs.p, merged.p, List.of("a", "u"));
            rows("public.c", bases.stream().map(Model::c).toList(), ours.c, theirs.c, merged.c, List.of("p"));
            Set<String> all = new TreeSet<>(ours.k.keySet());
            all.addAll(theirs.k.keySet());
            bases.forEach(base -> all.addAll(base.k.keySet()));
            for (String row : all) {
                Set<Integer> changes = bases.stream()
                        .map(base -> theirs.k.getOrDefault(row, 0) - base.k.getOrDefault(row, 0))
                        .collect(Collectors.toSet());
                int count = ours.k.getOrDefault(row, 0);
                int change = changes.iterator().next();
                if (changes.size() > 1 || count + change < 0) {
                    if (takesTheirs == null) {
                        conflicts.add("public.k " + row);
                    }
                    change = changes.size() > 1 ? 0 : -count;
                }
                if (count + change > 0) {
                    merged.k.put(row, count + change);
                }
            }
        }

        private void rows(
                String table,
                List<Map<String, List<@Nullable String>>> bases,
                Map<String, List<@Nullable String>> ours,
                Map<String, List<@Nullable String>> theirs,
                Map<String, List<@Nullable String>> into,
                List<String> columns) {
            Set<String> keys = new TreeSet<>(ours.keySet());
            keys.addAll(theirs.keySet());
            bases.forEach(base -> keys.addAll(base.keySet()));
            for (String key : keys) {
                List<@Nullable String> mine = ours.get(key);
                List<@Nullable String> other = theirs.get(key);
                List<@Nullable String> result;
                if (mine == null || other == null) {
                    result = decide(
                            bases.stream()
                                    .map(base -> String.valueOf(base.get(key)))
                                    .toList(),
                            mine,
                            other,
                            table + " " + key);
                } else {
                    result = new ArrayList<>();
                    for (int i = 0; i < columns.size(); i++) {
                        int column = i;
                        result.add(decide(
                                bases.stream()
                                        .map(base -> base.get(key))
                                        .map(row -> row == null ? "no row" : String.valueOf(row.get(column)))
                                        .toList(),
                                mine.get(i),
                                other.get(i),
                                table + " " + key + " " + columns.get(i)));
                    }
                }
                if (result != null) {
                    into.put(key, result);
                }
            }
        }

        /** Each base has an opinion: 1 for ours, 2 for theirs, 3 for neither. */
        private <T> @Nullable T decide(List<String> bases, @Nullable T ours, @Nullable T theirs, String name) {
            Set<Integer> opinions = new TreeSet<>();
            for (String base : bases) {
                boolean oursMoved = !String.valueOf(ours).equals(base);
                boolean theirsMoved = !String.valueOf(theirs).equals(base);
                opinions.add(!theirsMoved ? 1 : !oursMoved ? 2 : 3);
            }
            if (String.valueOf(ours).equals(String.valueOf(theirs)) || opinions.equals(Set.of(1))) {
                return ours;
            }
            if (opinions.equals(Set.of(2))) {
                return theirs;
            }
            if (takesTheirs == null) {
                conflicts.add(name);
                return ours;
            }
            return takesTheirs ? theirs : ours;
        }
    }
}
