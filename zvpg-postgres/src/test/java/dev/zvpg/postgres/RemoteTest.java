package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Branch;
import dev.zvpg.Clone;
import dev.zvpg.Database;
import dev.zvpg.Diff;
import dev.zvpg.Effort;
import dev.zvpg.MergeResult;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.Zvpg;
import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.postgres.cluster.ControlFile;
import dev.zvpg.remote.PushResult;
import dev.zvpg.remote.RefUpdate;
import dev.zvpg.remote.Remote;
import dev.zvpg.server.ClusterSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Repositories with real servers that give each other what they have; their superusers have other names. */
@Tag(Effort.ANYBODY)
class RemoteTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private final Postgres postgres = Postgres.embedded();

    private Zvpg zvpg(String name) {
        int first = ThreadLocalRandom.current().nextInt(20_000, 29_000);
        return Zvpg.at(sandbox.path(name))
                .storage(DirectoryStorage.at(sandbox.path(name + "-storage")))
                .postgres(postgres)
                .setting("autovacuum", "off") // after a minute its statistics would be work that no snapshot has
                .ports(first, first + 500);
    }

    /** One whose superuser is another than that of a new repository. */
    private Repository theirs() throws Exception {
        Path original = sandbox.cluster(postgres, "original");
        Repository repo = zvpg("theirs").init(ClusterSource.directory(original));
        Branch main = repo.branch("main");
        main.start();
        execute(main, "CREATE TABLE price (id int PRIMARY KEY, net numeric)");
        execute(main, "INSERT INTO price SELECT i, i FROM generate_series(1, 1000) i");
        main.snapshot("v1", "prices"); // of a server that runs
        repo.remotes().add("hub", Remote.directory(sandbox.path("hub")));
        assertThat(repo.push("hub", main).isAccepted()).isTrue();
        return repo;
    }

    private static void execute(Database database, String sql) throws SQLException {
        try (Connection connection = database.dataSource("postgres").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String ask(Database database, String sql) throws SQLException {
        try (Connection connection = database.dataSource("postgres").getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }

    private static final String SUM = "SELECT count(*) || ' ' || sum(net) FROM price";

    /** It is PostgreSQL's own answer that is another one: none is built so here. */
    @Test
    void pagesOfAnotherSizeAreRefusedBeforeTheyAreASnapshotHere() throws Exception {
        Postgres large = new FakeBin(sandbox, postgres)
                .script("postgres", "if [ \"$1\" = -C ]; then echo 16384; else exec REAL \"$@\"; fi\n")
                .postgres();
        Zvpg other = zvpg("theirs");
        try (Repository made = other.init()) {
            resizePages(made.branch("main").dataDirectory().resolve(ControlFile.FILE));
        }
        try (Repository theirs = other.postgres(large).open();
                Repository ours = zvpg("ours").init()) {
            theirs.branch("main").snapshot("v1", "");
            theirs.remotes().add("hub", Remote.directory(sandbox.path("hub")));
            assertThat(theirs.push("hub", theirs.branch("main")).isAccepted()).isTrue();
            ours.remotes().add("hub", Remote.directory(sandbox.path("hub")));
            assertThatThrownBy(() -> ours.fetch("hub"))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("16384 bytes")
                    .hasMessageContaining("8192")
                    .hasMessageContaining("--with-blocksize=16");
            assertThat(ours.snapshots()).isEmpty();
            assertThat(ours.doctor()).isEmpty();
        }
    }

    private static void resizePages(Path control) throws IOException {
        byte[] file = Files.readAllBytes(control);
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.nativeOrder());
        int checksum = 508; // from behind: it fits nowhere else
        while (bytes.getInt(checksum) != checksum(file, checksum)) {
            checksum -= Integer.BYTES;
        }
        int blocks = checksum;
        while (bytes.getInt(blocks) != 8192 || bytes.getInt(blocks + Integer.BYTES) != 131_072) { // of 1 GB
            blocks -= Integer.BYTES;
        }
        bytes.putInt(blocks, 16_384);
        bytes.putInt(checksum, checksum(file, checksum));
        Files.write(control, file);
    }

    private static int checksum(byte[] bytes, int end) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, end);
        return (int) crc.getValue();
    }

    @Test
    void whatWasFetchedRunsWithThePasswordOfThisRepositoryAndGoesBack() throws Exception {
        try (Repository theirs = theirs();
                Repository ours = zvpg("ours").init()) {
            ours.remotes().add("hub", Remote.directory(sandbox.path("hub")));
            ours.fetch("hub", o -> o.verify(true));
            Snapshot v1 = ours.snapshot("hub/main@v1");
            Clone look = v1.clone("look");
            look.start();
            assertThat(ask(look, SUM)).isEqualTo("1000 500500");
            String theirUser = theirs.branch("main").credentials().user();
            assertThat(theirUser).isNotEqualTo(look.credentials().user());
            assertThat(look.credentials().user()).isEqualTo("postgres");
            String theirPassword = theirs.branch("main").credentials().password();
            assertThatThrownBy(() -> DriverManager.getConnection(look.jdbcUrl(), theirUser, theirPassword)
                            .close())
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("authentication failed");
            look.delete();

            Branch work = v1.branch("work");
            assertThat(work.isDirty()).isFalse();
            work.start();
            assertThat(work.isDirty()).isFalse();
            execute(work, "UPDATE price SET net = net + 1 WHERE id = 1");
            assertThat(work.isDirty()).isTrue();
            try (Diff diff = v1.diff(work)) {
                assertThat(diff.tables()).hasSize(1);
                assertThat(diff.schema()).isEmpty();
            }
            work.stop();
            Snapshot w1 = work.snapshot("w1", "dearer");
            PushResult pushed = ours.push("hub", work, o -> o.as("main"));
            assertThat(pushed.refs()).extracting(RefUpdate::status).containsExactly(RefUpdate.Status.UPDATED);
            theirs.fetch("hub");
            Branch main = theirs.branch("main");
            assertThat(main.merge(theirs.remoteBranch("hub/main")).kind()).isEqualTo(MergeResult.Kind.FAST_FORWARD);
            assertThat(main.head()).map(Snapshot::id).contains(w1.id());
            assertThat(ask(main, SUM)).isEqualTo("1000 500501");
            main.stop();
        }
    }

    @Test
    void aRepositoryThatStartsFromAnotherHasItsSuperuserAndMergesWithIt() throws Exception {
        try (Repository theirs = theirs();
                Repository ours =
                        zvpg("ours").init(ClusterSource.remote(Remote.directory(sandbox.path("hub")), "main"))) {
            Branch main = ours.branch("main");
            assertThat(main.credentials().user())
                    .isEqualTo(theirs.branch("main").credentials().user());
            main.start();
            assertThat(ask(main, SUM)).isEqualTo("1000 500500");
            execute(main, "UPDATE price SET net = net + 1 WHERE id = 1");
            main.snapshot("o1", "dearer here");
            execute(theirs.branch("main"), "UPDATE price SET net = net + 10 WHERE id = 2");
            theirs.branch("main").snapshot("v2", "dearer there");
            theirs.push("hub", theirs.branch("main"));
            assertThat(ours.pull("origin", main).merge().kind()).isEqualTo(MergeResult.Kind.MERGED);
            assertThat(ask(main, SUM)).isEqualTo("1000 500511");
            main.stop();
            theirs.branch("main").stop();
        }
    }
}
