package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.zvpg.Branch;
import dev.zvpg.Clone;
import dev.zvpg.Effort;
import dev.zvpg.Launched;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.Zvpg;
import dev.zvpg.directory.LoopMount;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.Problem;
import dev.zvpg.error.ServerException;
import dev.zvpg.internal.io.Subprocess;
import dev.zvpg.postgres.os.Program;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.server.ClusterSource;
import dev.zvpg.server.ServerState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Branches whose data lies elsewhere: never imaged, always startable, and what the refusal advises helps. */
@Tag(Effort.FULL)
class DataOutsideTest {

    /** The commands in a message. */
    private static final Pattern ADVICE = Pattern.compile("run (.*)$");

    @RegisterExtension
    static final LoopMount BTRFS = LoopMount.btrfs();

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private @Nullable Repository opened;

    /** The oldest and the newest: between them is nothing that is not in one of them. */
    static Stream<Postgres> versions() {
        return Stream.of(Postgres.embedded(14), Postgres.embedded());
    }

    @AfterEach
    void destroy() {
        if (opened != null) {
            opened.destroy();
        }
    }

    private Repository repository(Postgres postgres) {
        int first = ThreadLocalRandom.current().nextInt(20_000, 29_000);
        Repository repo = Zvpg.at(sandbox.path("home"))
                .postgres(postgres)
                .ports(first, first + 500)
                .init();
        opened = repo;
        return repo;
    }

    private static ConfigurationException refusal(Branch branch) {
        return catchThrowableOfType(ConfigurationException.class, () -> branch.snapshot("refused", ""));
    }

    /** Does what a message says, word for word. */
    private static void follow(ConfigurationException refusal) throws Exception {
        Matcher advice = ADVICE.matcher(refusal.getMessage());
        assertThat(advice.find()).as(refusal.getMessage()).isTrue();
        Subprocess result = run(advice.group(1));
        assertThat(result.ok()).as(advice.group(1) + ": " + result.output()).isTrue();
    }

    private static Subprocess run(String script) throws Exception {
        return Program.run(
                ServerUser.current(), java.time.Duration.ofMinutes(1), java.util.Map.of(), "/bin/sh", "-c", script);
    }

    private Path tablespace() throws Exception {
        Path space = Files.createDirectory(sandbox.path("space"));
        ServerUser.of(null).own(space);
        return space;
    }

    @Test
    void aTablespaceMadeOnARunningBranchStopsSnapshotsAndNothingElse() throws Exception {
        Repository repo = repository(Postgres.embedded());
        Branch main = repo.branch("main");
        main.start();
        Snapshot v1 = main.snapshot("v1", "");
        Sql.execute(
                main,
                "CREATE TABLESPACE fast LOCATION '" + tablespace() + "'",
                "CREATE TABLE t TABLESPACE fast AS SELECT generate_series(1, 10) AS i");

        ConfigurationException refused = refusal(main);
        assertThat(refused).hasMessageContaining("lies outside: pg_tblspc/");
        long pid = main.server().pid();
        assertThatThrownBy(() -> main.resetTo(v1)).isInstanceOf(ConfigurationException.class);
        assertThat(main.isDirty()).isTrue();
        assertThat(main.server().pid()).as("the server was not stopped").isEqualTo(pid);
        assertThat(repo.doctor()).extracting(Problem::what).anyMatch(what -> what.contains("lies outside"));
        main.restart();
        Launched.by(main.server()).stopAtOnce();
        assertThat(main.state()).isEqualTo(ServerState.STOPPED);
        assertThat(refusal(main)).hasMessageContaining("lies outside");
        main.start();
        assertThat(Sql.value(main, "SELECT count(*) FROM t")).isEqualTo("10");

        main.stop();
        follow(refused);
        assertThat(repo.doctor()).isEmpty();
        assertMainAndACloneAreApart(main);
    }

    @Test
    void aTablespaceThatIsDroppedAgainStopsNothing() throws Exception {
        Branch main = repository(Postgres.embedded()).branch("main");
        main.start();
        Sql.execute(
                main,
                "CREATE TABLESPACE fast LOCATION '" + tablespace() + "'",
                "CREATE TABLE t AS SELECT generate_series(1, 10) AS i");
        assertThat(refusal(main)).hasMessageContaining("drop it");
        Sql.execute(main, "DROP TABLESPACE fast");
        assertMainAndACloneAreApart(main);
    }

    private static void assertMainAndACloneAreApart(Branch main) throws Exception {
        main.start();
        Clone clone = main.snapshot("whole", "").clone("apart");
        clone.start();
        Sql.execute(clone, "DELETE FROM t", "CHECKPOINT");
        main.restart();
        assertThat(Sql.value(main, "SELECT count(*) FROM t")).isEqualTo("10");
        clone.delete();
    }

    /** We read it ourselves, and follow no link in a tree of the server's user. */
    @Test
    void aControlFileBehindALinkIsNotReadAndTheServerNotStartedUntilItIsMovedBack() throws Exception {
        Branch main = repository(Postgres.embedded()).branch("main");
        Path control = main.dataDirectory().resolve("global/pg_control");
        Path away = sandbox.path("moved away");
        assertThat(run("mv '" + control + "' '" + away + "'").ok()).isTrue();
        ServerUser.of(null).own(Files.createSymbolicLink(control, away));

        ConfigurationException refused = refusal(main);
        assertThat(refused).hasMessageContaining("is a link to " + away);
        assertThatThrownBy(main::start)
                .isInstanceOf(ServerException.class)
                .hasMessageContaining("pg_control")
                .hasMessageContaining("not a regular file");
        follow(refused);
        main.start();
    }

    /** A database, its version file, the log, the transactions' state, and all of it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "base/DB",
                "base/DB/PG_VERSION",
                "pg_wal",
                "pg_wal/archive_status",
                "pg_xact",
                "pg_logical/snapshots",
                "."
            })
    void whatWasMovedAwayBehindALinkIsRefusedUntilItIsMovedBack(String name) throws Exception {
        Branch main = repository(Postgres.embedded()).branch("main");
        main.start();
        Sql.execute(main, "CREATE TABLE t AS SELECT generate_series(1, 10) AS i");
        String database = Sql.value(main, "SELECT oid::text FROM pg_database WHERE datname = 'postgres'");
        main.stop();
        Path moved = main.dataDirectory().resolve(name.replace("DB", database)).normalize();
        Path away = sandbox.path("moved away");
        assertThat(run("mv '" + moved + "' '" + away + "'").ok()).isTrue();
        ServerUser.of(null).own(Files.createSymbolicLink(moved, away));

        ConfigurationException refused = refusal(main);
        assertThat(refused).hasMessageContaining("is a link to " + away);
        main.start();
        assertThat(Sql.value(main, "SELECT count(*) FROM t")).isEqualTo("10");
        assertThat(refusal(main)).hasMessageContaining("is a link to " + away);

        main.stop();
        follow(refused);
        assertMainAndACloneAreApart(main);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pg_wal", "base", "."})
    void whatIsMountedBelowIsRefusedUntilItIsInside(String name) throws Exception {
        Assumptions.assumeTrue(ServerUser.of(null).switched(), "needs root, to mount");
        Branch main = repository(Postgres.embedded()).branch("main");
        main.start();
        Sql.execute(main, "CREATE TABLE t AS SELECT generate_series(1, 10) AS i");
        main.stop();
        Path place = main.dataDirectory().resolve(name).normalize();
        Path away = sandbox.path("away");
        // from the same file system: its device number does not tell
        assertThat(run("cp -a " + place + " " + away + " && mount --bind " + away + " " + place)
                        .ok())
                .isTrue();
        try {
            assertThat(refusal(main)).hasMessageContaining(place + " is mounted from elsewhere");
            main.start();
            assertThat(refusal(main)).hasMessageContaining(place + " is mounted from elsewhere");
            main.stop();
            assertThat(run("cp -a " + place + " " + place + ".moved").ok()).isTrue();
        } finally {
            assertThat(run("umount " + place).ok()).isTrue();
        }
        assertThat(run("rm -r " + place + " && mv " + place + ".moved " + place).ok())
                .isTrue();
        assertMainAndACloneAreApart(main);
    }

    @Test
    void aSubvolumeBelowIsRefused() throws Exception {
        Postgres postgres = Postgres.embedded();
        Path data = BTRFS.root().resolve("data");
        assertThat(run("cp -a " + sandbox.cluster(postgres, "data") + " " + data)
                        .ok())
                .isTrue();
        postgres.requireSelfContained(data);
        assertThat(run("btrfs subvolume create " + data + "/base/77777").ok()).isTrue();
        try {
            assertThatThrownBy(() -> postgres.requireSelfContained(data))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("base/77777 lies outside")
                    .hasMessageContaining("subvolume");
        } finally {
            assertThat(run("btrfs subvolume delete " + data + "/base/77777 && rm -r " + data)
                            .ok())
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void tablespacesInPlaceAreInSnapshotsAndStart(Postgres postgres) throws Exception {
        Branch main = repository(postgres).branch("main");
        main.start();
        try (Connection connection = main.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET allow_in_place_tablespaces = on");
            statement.execute("CREATE TABLESPACE inside LOCATION ''");
            statement.execute("CREATE TABLE t TABLESPACE inside AS SELECT generate_series(1, 10) AS i");
        }
        assertMainAndACloneAreApart(main);
        Launched.by(main.server()).stopAtOnce();
        main.start();
        main.stop();
        Clone ofStopped = main.snapshot("stopped", "").clone("of-stopped");
        ofStopped.start();
        assertThat(Sql.value(ofStopped, "SELECT count(*) FROM t")).isEqualTo("10");
    }

    @Test
    void aClusterOfOursWithATablespaceIsCopiedWhole() throws Exception {
        Repository repo = repository(Postgres.embedded());
        Branch main = repo.branch("main");
        main.start();
        Sql.execute(
                main,
                "CREATE TABLESPACE fast LOCATION '" + tablespace() + "'",
                "CREATE TABLE t TABLESPACE fast AS SELECT generate_series(1, 10) AS i");
        ConfigurationException refused = refusal(main);
        main.stop();
        follow(refused);

        int first = ThreadLocalRandom.current().nextInt(20_000, 29_000);
        try (Repository second = Zvpg.at(sandbox.path("second"))
                .postgres(Postgres.embedded())
                .ports(first, first + 500)
                .init(ClusterSource.directory(main.dataDirectory()))) {
            Branch copy = second.branch("main");
            copy.start();
            Sql.execute(copy, "DELETE FROM t WHERE i > 1", "CHECKPOINT");
            main.start();
            assertThat(Sql.value(main, "SELECT count(*) FROM t")).isEqualTo("10");
            second.destroy();
        }
    }
}
