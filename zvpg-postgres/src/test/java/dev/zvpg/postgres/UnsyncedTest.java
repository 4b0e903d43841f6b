package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Branch;
import dev.zvpg.Clone;
import dev.zvpg.Effort;
import dev.zvpg.Repository;
import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.directory.LoopMount;
import dev.zvpg.error.InUseException;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Branches whose servers do not sync what they write. */
@Tag(Effort.FULL)
class UnsyncedTest {

    @RegisterExtension
    static final LoopMount BTRFS = LoopMount.btrfs();

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private static Branch unsynced(Repository repo) throws Exception {
        Branch main = repo.branch("main");
        main.configure(o -> o.setting("fsync", "off"));
        main.start();
        Sql.execute(main, "CREATE TABLE t AS SELECT generate_series(1, 10) AS i");
        return main;
    }

    private static void assertWhole(Branch main) throws Exception {
        Clone clone = main.snapshot("whole", "").clone("trial");
        clone.start();
        assertThat(Sql.value(clone, "SELECT count(*) FROM t")).isEqualTo("10");
    }

    @Test
    void theyAreNotImagedBySubvolumesWhileTheyRun() throws Exception {
        Repository repo = sandbox.zvpg(Postgres.embedded())
                .storage(DirectoryStorage.at(BTRFS.root().resolve("storage")))
                .init();
        Branch main = unsynced(repo);
        long pid = main.server().pid();
        assertThatThrownBy(() -> main.snapshot("v1", ""))
                .isInstanceOf(InUseException.class)
                .hasMessageContaining("main@v1")
                .hasMessageContaining("fsync=off")
                .hasMessageContaining("stop it first");
        assertThat(main.server().pid()).isEqualTo(pid);
        assertThat(main.log()).isEmpty();

        main.stop();
        assertWhole(main);
        repo.destroy();
    }

    @Test
    void theyAreBackedUpWhereFilesAreCopied() throws Exception {
        Repository repo = sandbox.zvpg(Postgres.embedded()).init();
        assertWhole(unsynced(repo));
        repo.destroy();
    }

    @Test
    void theySyncAgainOnceThatIsChosen() throws Exception {
        PostgresServer server = sandbox.start(
                Postgres.embedded(), sandbox.cluster(Postgres.embedded(), "data"), Map.of("fsync", "off"));
        assertThat(server.syncs()).isFalse();
        server.stop();
        server = sandbox.start(Postgres.embedded(), sandbox.path("data"));
        assertThat(server.syncs()).isTrue();
        server.stop();
    }
}
