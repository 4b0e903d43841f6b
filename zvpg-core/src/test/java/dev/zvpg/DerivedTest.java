package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.InUseException;
import dev.zvpg.server.FakeLauncher;
import dev.zvpg.server.FakeServer;
import dev.zvpg.server.ServerState;
import dev.zvpg.storage.MemoryStorage;
import dev.zvpg.storage.StorageFeature;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of work on a database: kept, derived, or done where it is. */
class DerivedTest {

    @TempDir
    Path directory;

    private final FakeLauncher launcher = new FakeLauncher();
    private final MemoryStorage storage = MemoryStorage.with(StorageFeature.ATOMIC_SNAPSHOT);
    private Repository repo;
    private Branch main;
    private Snapshot v1;

    @BeforeEach
    void initialize() {
        repo = zvpg().init();
        main = repo.branch("main");
        main.use(pg -> put(pg.server(), "secret", "s3cr3t"));
        v1 = main.snapshot("v1", "");
    }

    @AfterEach
    void close() {
        repo.close();
    }

    private Zvpg zvpg() {
        return Zvpg.at(directory.resolve("home"))
                .storage(storage::reopen)
                .postgres(launcher)
                .maxClones(2);
    }

    private static void put(RunningServer server, String key, String value) {
        Launched.fake(server).put(key, value);
    }

    private static Map<String, String> rows(WorkingCopy copy) {
        return FakeServer.rowsOf(copy.dataDirectory());
    }

    private int volumes() {
        return storage.list().volumes().size() + storage.drafts().size();
    }

    @Test
    void aServerThatIsUsedIsStoppedAgainUnlessItRanBefore() {
        assertThat(main.state()).isEqualTo(ServerState.STOPPED);
        assertThat(main.<String, RuntimeException>with(pg -> pg.jdbcUrl("shop")))
                .contains("/shop");
        assertThat(main.state()).isEqualTo(ServerState.STOPPED);
        assertThatThrownBy(() -> main.use(pg -> {
                    throw new IOException("the work failed");
                }))
                .isInstanceOf(IOException.class);
        assertThat(main.state()).isEqualTo(ServerState.STOPPED);
        main.start();
        main.use(pg -> put(pg.server(), "b", "2"));
        assertThat(main.state()).isEqualTo(ServerState.RUNNING);
        main.stop();
        assertThat(rows(main)).containsEntry("b", "2");
    }

    @Test
    void aScratchCloneIsKeptAsAClone() {
        ScratchClone pg = v1.scratch();
        put(pg.server(), "found", "a bug");
        Clone kept = pg.keep("failure", o -> o.protect());
        assertThat(rows(kept)).containsEntry("found", "a bug").containsEntry("secret", "s3cr3t");
        assertThat(kept.snapshot()).contains(v1);
        assertThat(kept.info().isProtected()).isTrue();
        assertThatThrownBy(pg::server).isInstanceOf(IllegalStateException.class);
        pg.close();
        repo.close();
        repo = zvpg().open();
        assertThat(repo.clones()).containsExactly(kept);
        assertThat(volumes()).isEqualTo(2);
        repo.clone("failure").start();
    }

    @Test
    void aLeaseIsKeptAndThePoolMakesAnotherOne() {
        try (ScratchPool pool = v1.pool(o -> o.size(1))) {
            ScratchClone pg = pool.lease();
            put(pg.server(), "found", "a bug");
            Clone kept = pg.keep("failure");
            try (ScratchClone next = pool.lease()) {
                assertThat(Launched.fake(next.server()).rows()).doesNotContainKey("found");
            }
            assertThat(rows(kept)).containsEntry("found", "a bug");
        }
        assertThat(repo.clones()).hasSize(1);
        assertThat(volumes()).isEqualTo(2);
    }

    @Test
    void whatCannotBeKeptGoesOnAsItIs() {
        v1.clone("failure");
        try (ScratchClone pg = v1.scratch()) {
            assertThatThrownBy(() -> pg.keep("failure")).isInstanceOf(AlreadyExistsException.class);
            assertThatThrownBy(() -> pg.keep("-")).isInstanceOf(IllegalArgumentException.class);
            assertThat(pg.server().isRunning()).isTrue();
            v1.clone("another");
            assertThatThrownBy(() -> pg.keep("one-too-many"))
                    .isInstanceOf(InUseException.class)
                    .hasMessageContaining("limit");
            assertThat(pg.server().isRunning()).isTrue();
        }
        assertThat(volumes()).isEqualTo(3);
    }

    @Test
    void whatWasEndedCannotBeKept() {
        ScratchPool pool = v1.pool(o -> o.size(1).patience(Duration.ofMinutes(1)));
        ScratchClone lease = pool.lease();
        pool.close();
        assertThatThrownBy(() -> lease.keep("late")).isInstanceOf(IllegalStateException.class);
        ScratchClone pg = v1.scratch();
        pg.close();
        assertThatThrownBy(() -> pg.keep("late")).isInstanceOf(IllegalStateException.class);
        assertThat(volumes()).isEqualTo(1);
    }

    @Test
    void aSnapshotIsDerivedOnABranchOfItsOwn() {
        Snapshot masked = v1.derive("masked", pg -> put(pg.server(), "secret", "***"));
        assertThat(masked.ref()).isEqualTo("masked@v1");
        assertThat(masked.parents()).containsExactly(v1);
        assertThat(masked.info().message()).isEqualTo("derived from main@v1");
        assertThat(rows(masked.clone("dev"))).containsEntry("secret", "***");
        assertThat(rows(v1.clone("prod"))).containsEntry("secret", "s3cr3t");
        assertThat(repo.branch("masked").isDirty()).isFalse();
    }

    @Test
    void nothingIsLeftOfADerivationThatFails() {
        assertThatThrownBy(() -> v1.derive("masked", pg -> {
                    throw new IOException("the work failed");
                }))
                .isInstanceOf(IOException.class);
        assertThat(repo.findBranch("masked")).isEmpty();
        assertThatThrownBy(() -> v1.derive("main", pg -> {
                    throw new AssertionError("is not begun where the name is taken");
                }))
                .isInstanceOf(AlreadyExistsException.class);
        assertThat(volumes()).isEqualTo(1);
    }

    @Test
    void historiesPartAtTheNewestSnapshotThatBothHave() {
        Snapshot v2 = main.snapshot("v2", "");
        Branch feature = v2.branch("feature");
        Snapshot f1 = feature.snapshot("f1", "");
        Snapshot v3 = main.snapshot("v3", "");
        assertThat(v2.parents()).containsExactly(v1);
        assertThat(v1.parents()).isEmpty();
        assertThat(repo.mergeBase(f1, v3)).contains(v2);
        assertThat(repo.mergeBase(v3, f1)).contains(v2);
        assertThat(repo.mergeBase(v1, f1)).contains(v1);
        assertThat(repo.mergeBase(f1, f1)).contains(f1);
        v2.discard();
        assertThat(v3.parents()).containsExactly(v1);
        assertThat(repo.mergeBase(f1, v3)).contains(v1);
        v1.discard();
        assertThat(repo.mergeBase(f1, v3)).isEmpty();
    }
}
