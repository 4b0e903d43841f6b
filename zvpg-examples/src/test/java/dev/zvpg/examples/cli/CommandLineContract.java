package dev.zvpg.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every command with real PostgreSQL servers, on every storage: what it prints, and that it did what it says. */
abstract class CommandLineContract {

    private static final Pattern PSQL =
            Pattern.compile("(?m)^psql \"host=127.0.0.1 port=(\\d+) user=(\\w+) dbname=postgres passfile=(/\\S+)\"$");

    @RegisterExtension
    final Place place = new Place();

    /** The options of {@code init} that choose the storage. */
    abstract String[] storage();

    private void init() {
        place.init(storage()).succeeded();
    }

    /** Connects as the printed line says, which holds no password. */
    private static String query(String printed, String sql) throws SQLException, IOException {
        Matcher psql = PSQL.matcher(printed);
        assertThat(psql.find()).as(printed).isTrue();
        String[] entry = Files.readString(Path.of(psql.group(3))).strip().split(":", -1);
        assertThat(entry).startsWith("127.0.0.1", "*", "*", psql.group(2));
        assertThat(printed).doesNotContain(entry[4]);
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + psql.group(1) + "/postgres", entry[3], entry[4]);
                Statement statement = connection.createStatement()) {
            return statement.execute(sql) ? first(statement) : "";
        }
    }

    /** What a snapshot alone keeps on disk changes while its neighbours come and go. */
    private static JsonNode withoutSpace(JsonNode info) {
        JsonNode copy = info.deepCopy();
        copy.findParents("usedBytes").forEach(object -> ((ObjectNode) object).remove("usedBytes"));
        return copy;
    }

    private static String first(Statement statement) throws SQLException {
        try (ResultSet row = statement.getResultSet()) {
            return row.next() ? row.getString(1) : "";
        }
    }

    @Test
    void init_makesARepositoryAndSaysHowToConnect() throws Exception {
        Ran init = place.init(storage()).succeeded();

        assertThat(init.out())
                .startsWith("made a repository at " + place.path(""))
                .contains("configuration  " + place.configuration())
                .contains("branch main runs on port " + place.firstPort());
        assertThat(query(init.out(), "SELECT 6 * 7")).isEqualTo("42");
        assertThat(Files.readString(place.configuration()))
                .contains("\"clonePortStart\" : " + place.firstPort())
                .contains("\"clonePortEnd\" : " + (place.firstPort() + 500));

        place.init(storage()).failed(ExitCode.CONFLICT).saying("a repository exists at ");
        Files.delete(place.configuration());
        assertThat(place.init(storage()).succeeded().out()).startsWith("found the repository at ");
    }

    @Test
    void snapshot_create_list_delete_and_commit() throws Exception {
        init();
        place.zvpg("snapshot", "list").succeeded();
        assertThat(place.zvpg("snapshot", "list").out()).isEqualTo("there are no snapshots yet\n");
        assertThat(place.zvpg("snapshot", "list", "--json").json()).isEmpty();

        assertThat(place.zvpg("snapshot", "create", "v1", "-m", "Initial schema")
                        .succeeded()
                        .out())
                .isEqualTo("took snapshot main@v1\n");
        JsonNode v2 = place.zvpg("snapshot", "create", "v2", "--message", "More", "--json")
                .json();
        assertThat(place.zvpg("commit", "-m", "by its time").succeeded().out())
                .matches("took snapshot main@\\d{8}-\\d{6}-\\d{3}\n");
        place.zvpg("commit", "v3", "-m", "by its name").succeeded();
        place.zvpg("commit", "create", "v4", "-m", "as today").succeeded();

        assertThat(v2.get("ref").textValue()).isEqualTo("main@v2");
        assertThat(v2.get("message").textValue()).isEqualTo("More");
        assertThat(v2.get("parents")).extracting(JsonNode::textValue).containsExactly("main@v1");
        assertThat(Instant.parse(v2.get("created").textValue())).isBefore(Instant.now());
        JsonNode listed = place.zvpg("snapshot", "list", "--json").json();
        assertThat(listed).hasSize(5);
        assertThat(withoutSpace(listed.get(1))).isEqualTo(withoutSpace(v2));
        assertThat(place.zvpg("snapshot", "list").succeeded().out())
                .matches("(?s)SNAPSHOT +CREATED +AUTHOR.*")
                .containsPattern("(?m)^main@v1 +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d .* Initial schema$");
        assertThat(withoutSpace(place.zvpg("commit", "list", "--json").json())).isEqualTo(withoutSpace(listed));

        assertThat(place.zvpg("snapshot", "delete", "v2").succeeded().out()).isEqualTo("deleted snapshot main@v2\n");
        place.zvpg("commit", "delete", "main@v3").succeeded();
        assertThat(place.zvpg("snapshot", "list", "--json").json()).hasSize(3);
        place.zvpg("snapshot", "create", "v1").failed(ExitCode.CONFLICT).saying("main@v1");
        place.zvpg("snapshot", "delete", "v9").failed(ExitCode.NOT_FOUND).saying("main@v4");
    }

    @Test
    void clone_create_list_start_stop_restart_reset_protect_delete() throws Exception {
        String main = place.init(storage()).succeeded().out();
        query(main, "CREATE TABLE t AS SELECT generate_series(1, 10) AS i");
        place.zvpg("snapshot", "create", "v1", "-m", "ten rows").succeeded();
        assertThat(place.zvpg("clone", "list").succeeded().out()).isEqualTo("there are no clones\n");

        int port = place.firstPort() + 7;
        String trial = place.zvpg(
                        "clone",
                        "create",
                        "v1",
                        "--name",
                        "trial",
                        "--port",
                        "" + port,
                        "--set",
                        "work_mem=7MB",
                        "--set",
                        "autovacuum=off")
                .succeeded()
                .out();
        assertThat(trial).startsWith("made clone trial\nclone trial runs on port " + port + "; connect with\npsql ");
        assertThat(query(trial, "SHOW work_mem")).isEqualTo("7MB");
        query(trial, "DELETE FROM t");
        assertThat(query(main, "SELECT count(*) FROM t")).isEqualTo("10");
        JsonNode second = place.zvpg("clone", "create", "main@v1", "--name", "second", "--ttl", "1d12h", "--json")
                .json();
        assertThat(second.get("state").textValue()).isEqualTo("running");
        assertThat(query(second.get("psql").textValue(), "SELECT count(*) FROM t"))
                .isEqualTo("10");
        assertThat(Instant.parse(second.get("expires").textValue()))
                .isBetween(Instant.now().plusSeconds(35 * 3600), Instant.now().plusSeconds(36 * 3600));
        JsonNode third = place.zvpg("clone", "create", "v1", "--name", "third", "--no-start", "--protect", "--json")
                .json();
        assertThat(third.get("state").textValue()).isEqualTo("stopped");
        assertThat(third.get("psql").isNull()).isTrue();

        assertThat(place.zvpg("clone", "list").succeeded().out())
                .matches("(?s)CLONE +STATE +PORT +SNAPSHOT +EXPIRES +PROTECTED.*")
                .containsPattern("(?m)^second +running +\\d+ +main@v1 +\\d{4}-")
                .containsPattern("(?m)^third +stopped +\\d+ +main@v1 +yes")
                .containsPattern("(?m)^trial +running +" + port + " +main@v1");
        assertThat(place.zvpg("clone", "list", "--json").json())
                .extracting(clone -> clone.get("name").textValue())
                .containsExactly("second", "third", "trial");

        assertThat(place.zvpg("clone", "stop", "--port", "" + port).succeeded().out())
                .isEqualTo("stopped clone trial\n");
        assertThat(query(
                        place.zvpg("clone", "start", "--name", "trial")
                                .succeeded()
                                .out(),
                        "SELECT count(*) FROM t"))
                .isEqualTo("0");
        place.zvpg("clone", "restart", "--port", "" + port).succeeded();

        place.zvpg("clone", "reset", "--name", "trial")
                .failed(ExitCode.NOT_CONFIRMED)
                .saying("clone trial was written to");
        assertThat(query(trial, "SELECT count(*) FROM t")).isEqualTo("0");
        place.zvpg("clone", "reset", "--name", "trial", "--force").succeeded();
        assertThat(query(trial, "SELECT count(*) FROM t")).isEqualTo("10");

        place.zvpg("clone", "delete", "--name", "third", "--force")
                .failed(ExitCode.CONFLICT)
                .saying("third");
        place.zvpg("clone", "unprotect", "--name", "third").succeeded();
        place.zvpg("clone", "protect", "--name", "third").succeeded();
        place.zvpg("clone", "delete", "--name", "third", "--force").failed(ExitCode.CONFLICT);
        place.zvpg("clone", "unprotect", "--name", "third").succeeded();
        assertThat(place.zvpg("clone", "delete", "--name", "third").succeeded().out())
                .isEqualTo("deleted clone third\n");
        place.zvpg("clone", "delete", "--port", "" + port).succeeded();
        assertThat(place.zvpg("clone", "list", "--json").json()).hasSize(1);
    }

    @Test
    void branch_create_list_snapshot_log_rename_start_stop_delete() throws Exception {
        String main = place.init(storage()).succeeded().out();
        query(main, "CREATE TABLE t AS SELECT generate_series(1, 10) AS i");
        assertThat(place.zvpg("branch", "log").succeeded().out()).isEqualTo("branch main has no history yet\n");
        place.zvpg("snapshot", "create", "v1", "-m", "ten rows").succeeded();

        String feature =
                place.zvpg("branch", "create", "feature/new-api").succeeded().out();
        assertThat(feature).startsWith("made branch feature/new-api\nbranch feature/new-api runs on port ");
        query(feature, "INSERT INTO t VALUES (11)");
        assertThat(place.zvpg("branch", "snapshot", "feature/new-api", "f1", "-m", "eleven")
                        .succeeded()
                        .out())
                .isEqualTo("took snapshot feature/new-api@f1\n");
        place.zvpg("branch", "create", "deeper", "--parent", "feature/new-api", "--no-start")
                .succeeded();
        JsonNode old = place.zvpg(
                        "branch", "create", "old", "--from", "v1", "--set", "autovacuum=off", "--no-start", "--json")
                .json();
        assertThat(old.get("head").textValue()).isEqualTo("main@v1");
        JsonNode branches = place.zvpg("branch", "list", "--json").json();
        assertThat(branches.findValuesAsText("id"))
                .hasSize(4)
                .doesNotHaveDuplicates()
                .contains(old.get("id").textValue());
        assertThat(place.zvpg("branch", "log", "deeper", "--json").json().findValuesAsText("branchId"))
                .containsExactly(
                        branches.get(1).get("id").textValue(),
                        branches.get(2).get("id").textValue());

        assertThat(place.zvpg("branch", "list").succeeded().out())
                .matches("(?s)BRANCH +STATE +PORT +HEAD +STARTED FROM.*")
                .containsPattern("(?m)^deeper +stopped +\\d+ +feature/new-api@f1 +feature/new-api@f1")
                .containsPattern("(?m)^main +running +" + place.firstPort() + " +main@v1");
        assertThat(place.zvpg("branch", "list", "--json").json())
                .extracting(branch -> branch.get("name").textValue())
                .containsExactly("deeper", "feature/new-api", "main", "old");
        assertThat(place.zvpg("branch", "log", "deeper", "--json").json())
                .extracting(snapshot -> snapshot.get("ref").textValue())
                .containsExactly("feature/new-api@f1", "main@v1");
        assertThat(place.zvpg("branch", "log", "deeper").succeeded().out())
                .containsPattern("(?s)feature/new-api@f1 .* eleven\nmain@v1 .* ten rows\n");

        assertThat(place.zvpg("branch", "rename", "old", "older").succeeded().out())
                .isEqualTo("renamed branch old to older\n");
        JsonNode renamed = place.zvpg("branch", "list", "--json").json().get(3);
        assertThat(renamed.get("name").textValue()).isEqualTo("older");
        assertThat(renamed.get("id")).isEqualTo(old.get("id"));
        assertThat(query(place.zvpg("branch", "start", "older").succeeded().out(), "SELECT count(*) FROM t"))
                .isEqualTo("10");
        place.zvpg("branch", "restart", "older").succeeded();
        assertThat(place.zvpg("branch", "stop", "older").succeeded().out()).isEqualTo("stopped branch older\n");
        assertThat(place.zvpg("branch", "delete", "older").succeeded().out()).isEqualTo("deleted branch older\n");
        place.zvpg("branch", "delete", "older").failed(ExitCode.NOT_FOUND).saying("deeper, feature/new-api, main");
    }

    @Test
    void branch_reset_and_merge() throws Exception {
        String main = place.init(storage()).succeeded().out();
        query(main, "CREATE TABLE t AS SELECT generate_series(1, 10) AS i");
        place.zvpg("snapshot", "create", "v1", "-m", "ten rows").succeeded();
        query(main, "DELETE FROM t");

        assertThat(place.zvpg("branch", "reset", "main", "v1").succeeded().out())
                .matches("reset branch main to main@v1; what it held is in main@\\S+\n");
        assertThat(query(main, "SELECT count(*) FROM t")).isEqualTo("10");
        query(main, "DELETE FROM t");
        place.zvpg("branch", "reset", "main", "v1", "--no-save")
                .failed(ExitCode.NOT_CONFIRMED)
                .saying("branch main holds work that no snapshot has")
                .saying("--force");
        assertThat(query(main, "SELECT count(*) FROM t")).isEqualTo("0");
        assertThat(place.answering("no\n", "branch", "reset", "main", "v1", "--no-save")
                        .exitCode())
                .isEqualTo(ExitCode.NOT_CONFIRMED);
        assertThat(place.answering("yes\n", "branch", "reset", "main", "v1", "--no-save")
                        .out())
                .isEqualTo("reset branch main to main@v1\n");
        assertThat(query(main, "SELECT count(*) FROM t")).isEqualTo("10");

        place.zvpg("branch", "stop", "main").succeeded(); // so that its own maintenance does not move it
        place.zvpg("snapshot", "create", "v2", "-m", "as before").succeeded();
        String feature = place.zvpg("branch", "create", "feature", "--from", "v2")
                .succeeded()
                .out();
        query(feature, "INSERT INTO t VALUES (11)");
        place.zvpg("branch", "snapshot", "feature", "f1").succeeded();
        assertThat(place.zvpg("branch", "merge", "feature").succeeded().out())
                .startsWith("branch main is now at feature@");
        String started = place.zvpg("branch", "start", "main").succeeded().out();
        assertThat(started).contains("port " + place.firstPort());
        assertThat(query(started, "SELECT count(*) FROM t")).isEqualTo("11");
        assertThat(place.zvpg("branch", "merge", "feature", "--into", "main")
                        .succeeded()
                        .out())
                .isEqualTo("branch main has all that feature has\n");
        query(started, "INSERT INTO t VALUES (12)");
        query(feature, "INSERT INTO t VALUES (13)");
        assertThat(place.zvpg("branch", "merge", "feature").succeeded().out())
                .startsWith("merged feature into branch main: 1 row changed; it is at main@");
        assertThat(query(started, "SELECT count(*) FROM t")).isEqualTo("13");

        query(feature, "INSERT INTO t VALUES (14)");
        place.zvpg("branch", "delete", "feature").failed(ExitCode.NOT_CONFIRMED).saying("zvpg branch snapshot feature");
        place.zvpg("branch", "delete", "feature", "--force").succeeded();
        assertThat(place.zvpg("branch", "list", "--json").json()).hasSize(1);
    }

    @Test
    void diff_tellsWhichRowsAreDifferent() throws Exception {
        String main = place.init(storage()).succeeded().out();
        query(main, "CREATE TABLE orders (id int PRIMARY KEY, note text)");
        query(main, "INSERT INTO orders VALUES (1, 'first'), (2, NULL)");
        query(main, "CREATE MATERIALIZED VIEW sums AS SELECT 1 AS one");
        place.zvpg("snapshot", "create", "v1").succeeded();
        query(main, "UPDATE orders SET note = 'second' WHERE id = 2");
        query(main, "INSERT INTO orders VALUES (3, E'\\x1b[31mred')");
        query(main, "DELETE FROM orders WHERE id = 1");

        assertThat(place.zvpg("diff", "main@v1", "main").succeeded().out()).isEqualTo("""
                TABLE          INSERTED  UPDATED  DELETED  COMPARED
                public.orders  +1        ~1       -1       touched pages
                public.sums                                no, materialized view: it has what its query found when it was refreshed
                """);
        assertThat(place.zvpg("diff", "main", "--table", "public.orders")
                        .succeeded()
                        .out())
                .startsWith("- id=1\n~ id=2  note NULL → second\n+ id=3 note=")
                .doesNotContain("\u001b");
        JsonNode all = place.zvpg("diff", "v1", "main", "--json").json();
        assertThat(all.get("tables").get(0).get("table").textValue()).isEqualTo("public.orders");
        assertThat(all.get("tables").get(0).get("method").textValue()).isEqualTo("touched_pages");
        assertThat(all.get("sequences")).isEmpty();
        String rows = place.zvpg("diff", "v1", "main", "--table", "public.orders", "--json")
                .succeeded()
                .out();
        assertThat(rows.lines()).hasSize(3);
        assertThat(rows)
                .contains("{\"kind\":\"updated\",\"key\":{\"id\":\"2\"},\"before\":{\"id\":\"2\",\"note\":null},"
                        + "\"after\":{\"id\":\"2\",\"note\":\"second\"}}");
        assertThat(place.zvpg("diff", "v1", "main", "--sql").succeeded().out())
                .contains("""
                        DELETE FROM ONLY public.orders WHERE "id" = 1;
                        UPDATE ONLY public.orders SET "note" = 'second' WHERE "id" = 2;
                        INSERT INTO public.orders ("id", "note") VALUES (3, E'\\u001b[31mred');
                        """)
                .endsWith("COMMIT;\n");
        place.zvpg("diff", "v1", "nothing").failed(ExitCode.NOT_FOUND).saying("no branch, clone or snapshot nothing");
        place.zvpg("diff", "v1").failed(ExitCode.NOT_FOUND).saying("follows no other one");
        place.zvpg("diff", "v1", "main", "--table", "orders")
                .failed(ExitCode.NOT_FOUND)
                .saying("public.orders");
        assertThat(place.zvpg("diff", "main", "--database", "none").succeeded().out())
                .isEqualTo("nothing is different\n");
    }

    @Test
    void diff_tellsWhichDefinitionsAreDifferent() throws Exception {
        String main = place.init(storage()).succeeded().out();
        query(main, "CREATE TABLE language (id int PRIMARY KEY, name text)");
        query(main, "CREATE VIEW names AS SELECT name FROM language");
        place.zvpg("snapshot", "create", "v1").succeeded();
        query(main, "ALTER TABLE language RENAME TO film_language");
        query(main, "ALTER TABLE film_language ADD loyalty int DEFAULT 7 NOT NULL");
        query(main, "COMMENT ON VIEW names IS 'of languages'");
        query(main, "CREATE ROLE ada");

        assertThat(place.zvpg("diff", "main").succeeded().out())
                .isEqualTo("4 definitions are different; --schema shows them\n");
        assertThat(place.zvpg("diff", "main", "--schema").succeeded().out()).isEqualTo("""
                added    role          ada  in the cluster
                renamed  table         public.language → public.film_language  in postgres
                added    table column  public.film_language.loyalty  integer DEFAULT 7 NOT NULL  in postgres
                changed  view          public.names  comment none → of languages  in postgres
                """);
        assertThat(place.zvpg("diff", "main", "--schema", "--database", "postgres")
                        .succeeded()
                        .out())
                .startsWith("renamed  table         public.language → public.film_language\n");
        JsonNode schema = place.zvpg("diff", "main", "--json").json().get("schema");
        assertThat(schema).hasSize(4);
        assertThat(schema.get(1).get("change").textValue()).isEqualTo("renamed");
        assertThat(schema.get(1).get("before").textValue()).isEqualTo("public.language");
        assertThat(schema.get(3).get("aspects").get(0).get("after").textValue()).isEqualTo("of languages");
    }

    @Test
    void status_doctor_graph() throws Exception {
        init();
        assertThat(place.zvpg("graph").succeeded().out()).contains("main");
        place.zvpg("snapshot", "create", "v1", "-m", "Initial schema").succeeded();
        place.zvpg("clone", "create", "v1", "--name", "trial", "--no-start").succeeded();

        assertThat(place.zvpg("status").succeeded().out())
                .startsWith("repository  " + place.path(""))
                .containsPattern("(?m)^storage +(directory|zfs) ")
                .containsPattern("(?m)^PostgreSQL +\\d+")
                .containsPattern("(?m)^main +running +" + place.firstPort())
                .containsPattern("(?m)^trial +stopped ")
                .containsPattern("(?m)^main@v1 .* Initial schema$");
        JsonNode status = place.zvpg("status", "--json").json();
        assertThat(status.get("branches")).hasSize(1);
        assertThat(status.get("snapshots").get(0).get("ref").textValue()).isEqualTo("main@v1");
        assertThat(status.get("clones").get(0).get("snapshot").textValue()).isEqualTo("main@v1");
        assertThat(status.get("version").textValue()).matches("\\d+.*");

        assertThat(place.zvpg("graph").succeeded().out()).matches("\\* main@v1 \\(.*trial.*\\) Initial schema\n");
        assertThat(place.zvpg("graph", "--format", "mermaid").succeeded().out()).contains("flowchart", "main@v1");
        assertThat(place.zvpg("graph", "--format", "svg").succeeded().out())
                .startsWith("<svg")
                .contains("main@v1");

        assertThat(place.zvpg("doctor").succeeded().out()).isEqualTo("nothing is wrong\n");
        assertThat(place.zvpg("doctor", "--json").json()).isEmpty();
        kill(place.zvpg("status", "--json")
                .json()
                .get("branches")
                .get(0)
                .get("dataDirectory")
                .textValue());
        Ran doctor = place.zvpg("doctor");
        assertThat(doctor.exitCode()).isEqualTo(ExitCode.PROBLEMS);
        assertThat(doctor.out()).contains("branch main");
        assertThat(place.zvpg("status").succeeded().out()).contains("What is wrong", "branch main");
        assertThat(place.zvpg("branch", "list").succeeded().out()).containsPattern("(?m)^main +crashed");
    }

    private static void kill(String dataDirectory) throws Exception {
        long pid = Long.parseLong(
                Files.readAllLines(Path.of(dataDirectory, "postmaster.pid")).get(0));
        ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
        server.destroyForcibly();
        server.onExit().get();
    }
}
