package dev.zvpg.postgres.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Effort;
import dev.zvpg.postgres.Postgres;
import dev.zvpg.postgres.PostgresServer;
import dev.zvpg.postgres.Sandbox;
import dev.zvpg.postgres.SchemaCase;
import dev.zvpg.postgres.Versions14To18;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whether a change is seen at all when it is the only one. */
@Tag(Effort.ANYBODY)
class FingerprintTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    static Stream<Postgres> versions() {
        return Versions14To18.all();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void isAnotherOneAfterEachChangeThatIsTold(Postgres postgres) throws Exception {
        PostgresServer server = sandbox.start(postgres, sandbox.cluster(postgres, "data"));
        try (Connection session = server.dataSource("postgres").getConnection()) {
            execute(session, "CREATE ROLE low");
            for (SchemaCase each : SchemaCase.ofAllVersions()) {
                execute(session, each.given());
            }
            List<Catalog> catalogs = Catalogs.of(session);
            Fingerprint before = fingerprint(session, catalogs);
            for (SchemaCase each : SchemaCase.ofAllVersions()) {
                execute(session, each.change());
                Fingerprint after = fingerprint(session, catalogs);
                if (!each.told().isEmpty()) {
                    assertThat(after).as(each.change()).isNotEqualTo(before);
                }
                before = after;
            }
            execute(session, "ANALYZE");
            execute(session, "VACUUM");
            execute(session, "TRUNCATE t10, i6 CASCADE");
            execute(session, "REINDEX TABLE t10");
            assertThat(fingerprint(session, catalogs)).as("housekeeping").isEqualTo(before);
        } finally {
            server.stopAtOnce();
        }
    }

    private static Fingerprint fingerprint(Connection session, List<Catalog> catalogs) throws SQLException {
        execute(session, "SET search_path = pg_catalog");
        Fingerprint fingerprint = Fingerprint.of(session, catalogs, true);
        execute(session, "RESET search_path");
        return fingerprint;
    }

    private static void execute(Connection session, String sql) throws SQLException {
        try (Statement statement = session.createStatement()) {
            statement.execute(sql);
        }
    }
}
