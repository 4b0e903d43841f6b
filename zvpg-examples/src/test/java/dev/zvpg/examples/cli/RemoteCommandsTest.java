package dev.zvpg.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.zvpg.Branch;
import dev.zvpg.Repository;
import dev.zvpg.Zvpg;
import dev.zvpg.config.Configuration;
import dev.zvpg.remote.Remote;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What {@code zvpg remote}, {@code fetch}, {@code pull}, {@code push} and {@code bundle} do, on real servers. */
@Tag("anybody")
class RemoteCommandsTest {

    @RegisterExtension
    final Place place = new Place();

    /** Where the second repository is: a laptop, say. */
    @RegisterExtension
    final Place laptop = new Place();

    @BeforeEach
    void makeARepositoryWithASnapshot() throws SQLException {
        place.init("--storage", "directory", "--home", place.path("home").toString())
                .succeeded();
        execute(place, "CREATE TABLE prices (id int PRIMARY KEY, net int)");
        execute(place, "INSERT INTO prices VALUES (1, 10), (2, 20)");
        place.zvpg("snapshot", "create", "v1", "-m", "prices").succeeded();
    }

    private String hub() {
        return place.path("hub").toString();
    }

    private static void execute(Place where, String sql) throws SQLException {
        try (Repository repo = where.open()) {
            Branch main = repo.branch("main");
            main.start();
            try (Connection connection = main.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }
    }

    private static String prices(Place where) throws SQLException {
        try (Repository repo = where.open()) {
            Branch main = repo.branch("main");
            main.start();
            try (Connection connection = main.dataSource().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(
                            "SELECT string_agg(id || '=' || net, ' ' ORDER BY id) FROM prices")) {
                row.next();
                return row.getString(1);
            }
        }
    }

    private Ran initLaptop(String from) {
        return laptop.init("--home", laptop.path("home").toString(), "--from-remote", from);
    }

    @Test
    void aBranchGoesToADirectoryAndToALaptopAndBack() throws SQLException {
        assertThat(place.zvpg("remote", "list").succeeded().out()).contains("there are no remotes");
        place.zvpg("remote", "add", "hub", hub()).succeeded();
        assertThat(place.zvpg("remote", "list", "--json")
                        .json()
                        .get(0)
                        .get("url")
                        .textValue())
                .isEqualTo(hub());
        assertThat(place.zvpg("push", "hub").succeeded().out())
                .startsWith("branch main of hub is now at main@v1\npushed 1 snapshot, ");
        initLaptop(hub()).succeeded();
        assertThat(prices(laptop)).isEqualTo("1=10 2=20");

        execute(laptop, "UPDATE prices SET net = 11 WHERE id = 1");
        laptop.zvpg("commit", "l1", "-m", "dearer").succeeded();
        assertThat(laptop.zvpg("push").succeeded().out()).startsWith("branch main of origin is now at main@l1\n");
        execute(place, "UPDATE prices SET net = 22 WHERE id = 2");
        place.zvpg("commit", "v2", "-m", "dearer, too").succeeded();
        Ran rejected = place.zvpg("push", "hub");
        assertThat(rejected.exitCode()).isEqualTo(ExitCode.CONFLICT);
        assertThat(rejected.err())
                .startsWith("zvpg: branch main of hub was not moved: ")
                .contains("fetch and merge");

        assertThat(place.zvpg("pull", "hub").succeeded().out())
                .contains("hub/main is now at hub/main@l1", "merged hub/main into branch main: 1 row changed");
        assertThat(prices(place)).isEqualTo("1=11 2=22");
        assertThat(place.zvpg("graph").out()).contains("hub/main@l1 (hub/main) dearer");
        JsonNode pushed = place.zvpg("push", "hub", "--json").json();
        assertThat(pushed.get("refs").get(0).get("status").textValue()).isEqualTo("updated");
        assertThat(laptop.zvpg("pull").succeeded().out()).contains("branch main is now at origin/main@");
        assertThat(prices(laptop)).isEqualTo("1=11 2=22");
        place.zvpg("remote", "verify", "hub", "main@v1").succeeded();
        place.zvpg("remote", "add", "public", place.path("public").toString(), "--leaving", "masked/*")
                .succeeded();
        assertThat(place.zvpg("remote", "list").out()).containsPattern("public +\\S+ +masked/\\*\n");
        assertThat(place.zvpg("push", "public").failed(1).err())
                .contains("only what was taken on masked/* leaves for it");
        place.zvpg("remote", "remove", "hub").succeeded();
        assertThat(place.zvpg("fetch", "hub").failed(ExitCode.NOT_FOUND).err()).contains("no remote is named hub");
    }

    @Test
    void aSnapshotIsCarriedInAFile() throws SQLException {
        String file = place.path("v1.bundle").toString();
        place.zvpg("bundle", "create", "main@v1", file).succeeded();
        laptop.init("--home", laptop.path("home").toString()).succeeded();
        assertThat(laptop.zvpg("bundle", "apply", file).succeeded().out())
                .isEqualTo("read snapshot bundle/main@v1 from " + file + "\n");
        laptop.zvpg("branch", "create", "here", "--from", "bundle/main@v1").succeeded();
        laptop.zvpg("branch", "stop", "here").succeeded();
    }

    /** Runs {@code zvpg} of the laptop, where {@code ssh} leads to the other repository. */
    private Script overSsh(String... arguments) throws Exception {
        Path bin = laptop.path("bin");
        if (!Files.exists(bin)) {
            Files.createDirectory(bin);
            Path ssh = Files.writeString(bin.resolve("ssh"), """
                    #!/bin/sh
                    while [ "$1" != -- ]; do shift; done
                    [ "$2" = db1 ] || { echo "ssh: Could not resolve hostname $2: Name or service not known" >&2; exit 255; }
                    shift 2
                    [ "$1" = zvpg ] || { echo "sh: $1: not found" >&2; exit 127; }
                    shift
                    exec env -u ZVPG_CONFIG HOME=/nonexistent '%s' "$@"
                    """.formatted(Script.BIN.resolve("zvpg")));
            Files.setPosixFilePermissions(ssh, PosixFilePermissions.fromString("rwx------"));
        }
        List<String> command = new ArrayList<>(List.of(
                "env",
                "PATH=" + bin + ":" + System.getenv("PATH"),
                Script.BIN.resolve("zvpg").toString()));
        command.addAll(List.of(arguments));
        return Script.run(laptop, "", command.toArray(String[]::new));
    }

    @Test
    void overSshItGoesToTheRepositoryThatIsAskedForAndBack() throws Exception {
        Path home = laptop.path("home");
        overSsh(
                        "init",
                        "--home",
                        home.toString(),
                        "--clone-port-start",
                        "" + laptop.firstPort(),
                        "--clone-port-end",
                        "" + (laptop.firstPort() + 500),
                        "--from-remote",
                        "ssh://db1" + place.path("home"))
                .ended(0);
        assertThat(prices(laptop)).isEqualTo("1=10 2=20");
        execute(laptop, "UPDATE prices SET net = 11 WHERE id = 1");
        overSsh("commit", "l1", "-m", "dearer").ended(0);
        assertThat(overSsh("push").ended(ExitCode.CONFLICT).err()).contains("the server of branch main runs there");
        assertThat(overSsh("push", "--as", "dev/ada").ended(0).out())
                .startsWith("branch dev/ada of origin is now at main@l1\n");
        assertThat(place.zvpg("branch", "list").out()).contains("dev/ada");
    }

    @Test
    void whatSshSaysIsTold() throws Exception {
        laptop.init("--home", laptop.path("home").toString(), "--no-start").succeeded();
        try (Repository repo =
                Zvpg.from(Configuration.read(laptop.configuration())).open()) {
            repo.remotes().add("gone", Remote.ssh("nowhere", "/srv/shop"));
            repo.remotes().add("none", Remote.ssh("db1", "/nonexistent/shop"));
        }
        assertThat(overSsh("fetch", "gone").ended(1).err())
                .contains("cannot connect to ssh://nowhere/srv/shop: ssh: Could not resolve hostname nowhere")
                .contains("ssh nowhere")
                .hasLineCount(1);
        assertThat(overSsh("fetch", "none").ended(3).err()).contains("no repository at /nonexistent/shop");
    }
}
