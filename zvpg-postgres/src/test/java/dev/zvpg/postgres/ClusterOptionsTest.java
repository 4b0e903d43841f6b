package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Effort;
import dev.zvpg.RunningServer;
import dev.zvpg.ScratchClone;
import dev.zvpg.Snapshot;
import dev.zvpg.Zvpg;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.postgres.prepared.PreparedSnapshots;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clusters know about letters, and what fixtures want of their servers. */
@Tag(Effort.ANYBODY)
class ClusterOptionsTest {

    private static final String LETTERS = "SELECT upper('é') || lower('ÄÖ') || ('Ä' ILIKE 'ä')::text";
    private static final String SORTED = "SELECT string_agg(x, '' ORDER BY x) FROM unnest('{b,A,ä,a,B}'::text[]) x";

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private static String query(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private String onANewCluster(Postgres postgres, String sql) throws SQLException {
        Path data = sandbox.path("data");
        postgres.initialize(data, Sandbox.SUPERUSER);
        PostgresServer server = sandbox.start(postgres, data);
        try {
            return query(server.dataSource("postgres"), sql);
        } finally {
            server.stopAtOnce();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void byDefaultAllLettersAreFoldedAndSortedByCodePoints(int major) throws SQLException {
        String both = "SELECT (" + LETTERS + ") || ' ' || (" + SORTED + ")";
        assertThat(onANewCluster(Postgres.embedded(major), both)).isEqualTo("Éäötrue ABabä");
    }

    @Test
    void theEncodingIsChosenToo() throws SQLException {
        Postgres latin = Postgres.embedded().clusters(o -> o.encoding("LATIN1"));
        assertThat(onANewCluster(latin, "SHOW server_encoding")).isEqualTo("LATIN1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "18 | system | xx_XX.UTF-8 | invalid locale name | locale -a",
                "18 | icu | xx-XX | unknown language | language tag",
                "15 | icu | xx-XX | knows no such language | language tag",
                "14 | icu | de-DE | PostgreSQL 14 has no ICU locales | PostgreSQL 15 or later",
                "18 | builtin | xx_XX | invalid locale name | C.UTF-8",
                "16 | builtin | C.UTF-8 | PostgreSQL 16 has no built-in locales | PostgreSQL 17 or later",
                "18 | encoding | KLINGON | not a valid server encoding name | UTF8",
                "18 | both | C | mismatch | locale",
            })
    void whatThereIsNotIsRefusedWithWhatThereIsAndLeavesNothing(
            int major, String kind, String name, String problem, String advice) {
        UnaryOperator<ClusterOptions> options = switch (kind) {
            case "system" -> o -> o.locale(name);
            case "icu" -> o -> o.icuLocale(name);
            case "builtin" -> o -> o.builtinLocale(name);
            case "encoding" -> o -> o.encoding(name);
            default -> o -> o.locale("C.UTF-8").encoding("LATIN1");
        };
        Zvpg zvpg =
                Zvpg.at(sandbox.path("home")).postgres(Postgres.embedded(major).clusters(options));
        assertThatThrownBy(zvpg::init).isInstanceOfSatisfying(ConfigurationException.class, e -> {
            assertThat(e.problem()).contains(problem);
            assertThat(e.advice()).hasValueSatisfying(next -> assertThat(next).contains(advice));
        });
        assertThat(sandbox.path("home")).doesNotExist();
    }

    @Test
    void namesThatAreNoneAreRefusedAtOnce() {
        assertThatThrownBy(() -> Postgres.embedded().clusters(o -> o.locale(" ")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Postgres.embedded().clusters(o -> o.encoding("")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void countStatements(RunningServer server) throws SQLException {
        try (Connection connection = server.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE EXTENSION pg_stat_statements");
            statement.execute("SELECT count(*) FROM pg_stat_statements"); // not without the library
        }
    }

    @Test
    void preparedDatabasesHaveTheirLocaleTheirLibrariesAndLogicalDecoding() throws Exception {
        Postgres german = Postgres.embedded().clusters(o -> o.icuLocale("de-DE"));
        try (PreparedSnapshots prepared = PreparedSnapshots.open(german, sandbox.path("cache"))) {
            Snapshot snapshot = prepared.snapshot(
                    "counted",
                    ClusterOptionsTest::countStatements,
                    o -> o.setting("shared_preload_libraries", "pg_stat_statements"));
            try (ScratchClone pg = snapshot.scratch(o ->
                    o.setting("shared_preload_libraries", "pg_stat_statements").setting("wal_level", "logical"))) {
                assertThat(query(pg.dataSource(), SORTED)).isEqualTo("aAäbB");
                assertThat(query(pg.dataSource(), "SELECT (count(*) > 0)::text FROM pg_stat_statements"))
                        .isEqualTo("true");
                assertThat(query(
                                pg.dataSource(),
                                "SELECT slot_name FROM pg_create_logical_replication_slot('s', 'pgoutput')"))
                        .isEqualTo("s");
                assertThat(query(pg.dataSource(), "SHOW max_wal_senders")).isEqualTo("10");
            }
        }
        try (PreparedSnapshots others = PreparedSnapshots.open(Postgres.embedded(), sandbox.path("cache"))) {
            Snapshot plain = others.snapshot("counted", pg -> {});
            assertThat(plain.<String, SQLException>withScratch(pg -> query(pg.dataSource(), SORTED)))
                    .isEqualTo("ABabä");
        }
    }
}
