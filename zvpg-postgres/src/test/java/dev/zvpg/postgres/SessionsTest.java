package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Effort;
import dev.zvpg.error.ServerException;
import dev.zvpg.server.Backup;
import dev.zvpg.server.Baseline;
import dev.zvpg.server.Credentials;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the library does in databases that others may write to, it does as if they had written nothing. */
@Tag(Effort.ANYBODY)
class SessionsTest {

    private static final String SHOW = """
            SELECT string_agg(name || '=' || setting, ' ' ORDER BY name COLLATE "C") FROM pg_catalog.pg_settings
            WHERE name IN ('search_path', 'session_replication_role', 'event_triggers', 'statement_timeout',
                'idle_session_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout',
                'default_transaction_read_only', 'default_transaction_isolation', 'session_preload_libraries')
            """;

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private final Postgres newest = Postgres.embedded();

    static Stream<Postgres> versions() {
        return Versions14To18.all();
    }

    private static int major(Postgres postgres) {
        return Integer.parseInt(postgres.version().split("\\.", -1)[0]);
    }

    private static void asLow(PostgresServer server, String... statements) throws SQLException {
        Properties low = new Credentials("low", "low").asProperties();
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl("postgres"), low);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static void everything(PostgresServer server, Path data, Path image) throws Exception {
        server.checkpoint();
        server.position();
        Baseline baseline = server.baseline();
        assertThat(baseline.stillHolds()).isTrue();
        server.tidy();
        try (Backup backup = server.startBackup("it")) {
            TolerantCopy.copy(data, image);
            backup.finish(image);
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void aRoleThatMayCreateInPublicNeverRunsAnythingAsTheSuperuser(Postgres postgres) throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        Map<String, String> settings = Map.of("max_prepared_transactions", "5");
        PostgresServer server = sandbox.start(postgres, data, settings);
        LifecycleTest.update(
                server,
                "CREATE ROLE low LOGIN PASSWORD 'low'; GRANT CREATE, USAGE ON SCHEMA public TO PUBLIC; "
                        // from before, so that the owner's order of schemas is the worst one
                        + "ALTER DATABASE postgres SET search_path = public, pg_catalog; "
                        + "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; "
                        + "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p "
                        + "WITH (connect = false, slot_name = 'x')");
        asLow(
                server,
                "CREATE TABLE public.taken (who text)",
                // whoever it was: nobody but low shall ever be in it
                """
                CREATE FUNCTION public.take() RETURNS void LANGUAGE plpgsql AS $$
                BEGIN
                    INSERT INTO public.taken VALUES (current_user);
                    RAISE EXCEPTION 'taken by %', current_user;
                END $$""",
                fake("pg_backup_start(varchar, boolean)", "pg_lsn"),
                fake("pg_start_backup(varchar, boolean, boolean)", "pg_lsn"),
                fake("pg_backup_stop(boolean)", "record"),
                fake("pg_stop_backup(boolean, boolean)", "record"),
                fake("pg_create_physical_replication_slot(varchar, boolean, boolean)", "record"),
                fake("pg_terminate_backend(int, int)", "boolean"),
                fake("quote_ident(name)", "text"),
                fake("current_setting(varchar)", "text"),
                fake("pg_snapshot_xmin(pg_snapshot)", "xid8"),
                fake("concatenated(text, oid)", "text"),
                fake("same(name, name)", "boolean"),
                fake("pg_current_wal_insert_lsn()", "pg_lsn"),
                "CREATE OPERATOR public.|| (LEFTARG = text, RIGHTARG = oid, FUNCTION = public.concatenated)",
                "CREATE OPERATOR public.= (LEFTARG = name, RIGHTARG = name, FUNCTION = public.same)",
                "CREATE VIEW public.pg_settings AS SELECT 'wal_segment_size'::text AS name, "
                        + "public.quote_ident('1'::name) AS setting");
        asLow(server, "CREATE VIEW public.pg_stat_activity AS SELECT public.quote_ident('1'::name) AS pid");

        Path image = sandbox.path("image");
        everything(server, data, image);
        PostgresServer copy = sandbox.start(postgres, image, settings);
        assertThat(copy.findings().toString())
                .contains("subscription s in database postgres: disabled")
                .contains("foreign server s");

        assertThat(LifecycleTest.query(server, "SELECT pg_catalog.count(*) FROM public.taken"))
                .isEqualTo("0");
        assertThat(LifecycleTest.query(copy, "SELECT pg_catalog.count(*) FROM public.taken"))
                .isEqualTo("0");
        copy.stop();
        server.stop();
    }

    private static String fake(String signature, String result) {
        return "CREATE FUNCTION public." + signature + " RETURNS " + result + " LANGUAGE plpgsql AS $$\n"
                + "BEGIN PERFORM public.take(); RETURN NULL; END $$";
    }

    @ParameterizedTest
    @MethodSource("versions")
    void whatIsSetForApplicationsIsNotInForceInOurSessions(Postgres postgres) throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer server = sandbox.start(postgres, data);
        int major = major(postgres);
        List<String> hostile = new ArrayList<>(List.of(
                "statement_timeout = 1",
                "lock_timeout = 1",
                "idle_session_timeout = 1",
                "idle_in_transaction_session_timeout = 1",
                "default_transaction_read_only = on",
                "default_transaction_isolation = serializable",
                "default_transaction_deferrable = on",
                "session_preload_libraries = 'missing_library'",
                "search_path = public"));
        if (major >= 17) {
            hostile.add("transaction_timeout = '2s'"); // it also counts before a client may have its say
        }
        for (String whose : List.of("SYSTEM", "DATABASE postgres", "ROLE zvpg", "ROLE zvpg IN DATABASE postgres")) {
            try (Connection connection = server.sessions().open("postgres");
                    Statement statement = connection.createStatement()) {
                for (String setting : hostile) {
                    statement.execute("ALTER " + whose + " SET " + setting);
                }
                statement.execute("SELECT pg_reload_conf()");
            }
        }
        try (Connection connection = server.sessions().open("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_sleep(" + (major >= 17 ? 2.5 : 0.05) + ")");
            var row = statement.executeQuery(SHOW);
            row.next();
            assertThat(row.getString(1))
                    .isEqualTo("default_transaction_isolation=read committed default_transaction_read_only=off "
                            + (major >= 17 ? "event_triggers=off " : "")
                            + "idle_in_transaction_session_timeout=0 idle_session_timeout=0 search_path=pg_catalog "
                            + "session_preload_libraries= session_replication_role=replica statement_timeout=0"
                            + (major >= 17 ? " transaction_timeout=0" : ""));
        }
        Path image = sandbox.path("image");
        everything(server, data, image);
        sandbox.start(postgres, image).stop();
        server.stop();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void noTriggerOfTheOriginalFiresInOurSessions(Postgres postgres) throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer server = sandbox.start(postgres, data);
        LifecycleTest.update(
                server,
                "CREATE FUNCTION no() RETURNS event_trigger LANGUAGE plpgsql AS $$"
                        + "BEGIN RAISE EXCEPTION 'not for people'; END $$; "
                        + "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p "
                        + "WITH (connect = false, slot_name = 'x'); "
                        + "CREATE EVENT TRIGGER ddl ON ddl_command_start EXECUTE FUNCTION no(); "
                        + "CREATE EVENT TRIGGER ended ON ddl_command_end EXECUTE FUNCTION no(); "
                        + (major(postgres) >= 17 ? "CREATE EVENT TRIGGER l ON login EXECUTE FUNCTION no()" : ""));
        if (major(postgres) >= 17) {
            assertThatThrownBy(() -> LifecycleTest.query(server, "SELECT 1")).hasMessageContaining("not for people");
        }
        Path image = sandbox.path("image");
        everything(server, data, image);
        PostgresServer copy = sandbox.start(postgres, image);
        assertThat(copy.findings().toString()).contains("subscription s in database postgres: disabled");
        try (Connection connection = copy.sessions().open("postgres");
                Statement statement = connection.createStatement();
                var row = statement.executeQuery("SELECT count(*) FROM pg_event_trigger WHERE evtenabled = 'O'")) {
            row.next();
            assertThat(row.getInt(1)).isEqualTo(major(postgres) >= 17 ? 3 : 2);
        }
        copy.stop();
        server.stop();
    }

    @Test
    void aTableThatCannotBeAnalyzedIsLeftOutAndTheOthersAreNot() throws Exception {
        Path data = sandbox.cluster(newest, "data");
        PostgresServer server = sandbox.start(newest, data, Map.of("autovacuum", "off"));
        LifecycleTest.update(
                server,
                "CREATE FUNCTION helper(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower($1)'; "
                        + "CREATE FUNCTION norm(t text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS "
                        + "'BEGIN RETURN helper(t); END'; "
                        + "CREATE TABLE before (i int); CREATE TABLE p (n text); CREATE INDEX ON p (norm(n)); "
                        + "CREATE TABLE after (i int); "
                        + "INSERT INTO before VALUES (1); INSERT INTO after VALUES (1); INSERT INTO p VALUES ('A')");
        server.tidy();
        assertThat(LifecycleTest.query(
                        server,
                        "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class "
                                + "WHERE reltuples = 1 AND relname IN ('before', 'after', 'p')"))
                .isEqualTo("after before p");
        assertThat(LifecycleTest.query(
                        server, "SELECT string_agg(DISTINCT tablename, ' ') FROM pg_stats WHERE schemaname = 'public'"))
                .isEqualTo("after before");
        server.stop();
    }

    @Test
    void whereNoConnectionIsLeftWeSayWhoHasThem() throws Exception {
        Path data = sandbox.cluster(newest, "data");
        PostgresServer server = sandbox.start(newest, data, Map.of("max_connections", "12", "cluster_name", "a: b"));
        List<Connection> pool = new ArrayList<>();
        try {
            for (int i = 0; i < 12; i++) {
                pool.add(server.dataSource("postgres").getConnection());
            }
            assertThatThrownBy(server::position)
                    .isInstanceOf(ServerException.class)
                    .hasMessageContaining("no connection is left: 12 of 12 are used")
                    .hasMessageContaining("12 by zvpg postgres")
                    .hasMessageContaining("it can be stopped");
            assertThatThrownBy(() -> server.startBackup("x")).hasMessageContaining("no connection is left");
            assertThat(server.isRunning()).isTrue();
            server.stop();
        } finally {
            for (Connection connection : pool) {
                connection.close();
            }
        }
    }

    @Test
    void whoeverTookThePortIsNotToldThePassword() throws Exception {
        Path data = sandbox.cluster(newest, "data");
        PostgresServer server = sandbox.start(newest, data);
        server.stop();
        try (ServerSocket thief =
                new ServerSocket(server.port(), 5, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            CompletableFuture<String> heard = new CompletableFuture<>();
            Thread listener = new Thread(() -> listen(thief, heard));
            listener.start();
            assertThatThrownBy(() ->
                            DriverManager.getConnection(server.jdbcUrl("postgres"), Sandbox.SUPERUSER.asProperties()))
                    .isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> server.dataSource("postgres").getConnection())
                    .isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> server.sessions().open("postgres")).isInstanceOf(SQLException.class);
            assertThatThrownBy(server::position).hasMessageContaining("it has ended");
            thief.close();
            assertThat(heard.join()).doesNotContain(Sandbox.SUPERUSER.password());
        }
    }

    /** Asks each who comes for the password in clear text, and notes all that is said. */
    private static void listen(ServerSocket thief, CompletableFuture<String> heard) {
        StringBuilder said = new StringBuilder();
        while (true) {
            try (Socket client = thief.accept()) {
                byte[] bytes = new byte[8192];
                said.append(
                        new String(bytes, 0, Math.max(0, client.getInputStream().read(bytes)), StandardCharsets.UTF_8));
                client.getOutputStream().write(new byte[] {'R', 0, 0, 0, 8, 0, 0, 0, 3});
                said.append(
                        new String(bytes, 0, Math.max(0, client.getInputStream().read(bytes)), StandardCharsets.UTF_8));
            } catch (java.net.SocketException e) {
                heard.complete(said.toString());
                return;
            } catch (java.io.IOException e) {
                heard.completeExceptionally(e);
                return;
            }
        }
    }

    @Test
    void aServerOfOursMayBeCopiedAsAWholeByItsSuperuserOnly() throws Exception {
        Path data = sandbox.cluster(newest, "data");
        PostgresServer server = sandbox.start(newest, data);
        LifecycleTest.update(server, "CREATE ROLE low LOGIN REPLICATION PASSWORD 'low'");
        Properties replication = Sandbox.SUPERUSER.asProperties();
        replication.setProperty("replication", "true");
        replication.setProperty("preferQueryMode", "simple");
        replication.setProperty("assumeMinServerVersion", "14");
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl("postgres"), replication);
                Statement statement = connection.createStatement();
                var row = statement.executeQuery("IDENTIFY_SYSTEM")) {
            assertThat(row.next()).isTrue();
        }
        replication.setProperty("user", "low");
        replication.setProperty("password", "low");
        assertThatThrownBy(() -> DriverManager.getConnection(server.jdbcUrl("postgres"), replication))
                .hasMessageContaining("no pg_hba.conf entry for replication");
        assertThat(Files.readString(sandbox.path("data-run/pg_hba.conf"))).contains("replication \"zvpg\"");
        server.stop();
    }
}
