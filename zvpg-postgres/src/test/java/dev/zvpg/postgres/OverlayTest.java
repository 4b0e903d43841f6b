package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.zvpg.Clone;
import dev.zvpg.Database;
import dev.zvpg.Diff;
import dev.zvpg.Repository;
import dev.zvpg.ScratchClone;
import dev.zvpg.ScratchPool;
import dev.zvpg.Snapshot;
import dev.zvpg.diff.TableDiff;
import dev.zvpg.directory.CopyMethod;
import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.info.ScratchMethod;
import dev.zvpg.internal.io.MountPoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Scratch clones that are laid over their snapshots. */
class OverlayTest {

    private static final ScratchMethod IN_MEMORY =
            new ScratchMethod(ScratchMethod.Kind.OVERLAY_IN_MEMORY, Optional.empty());
    private static final ScratchMethod ON_DISK =
            new ScratchMethod(ScratchMethod.Kind.OVERLAY_ON_DISK, Optional.empty());

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private Repository repository;
    private Snapshot v1;

    @BeforeEach
    void makeTheRepository() throws Exception {
        repository = sandbox.zvpg(new Prepared(Postgres.embedded()))
                .storage(DirectoryStorage.at(sandbox.path("storage"), CopyMethod.COPY))
                .init();
        repository.branch("main").use(db -> {
            execute(db, "CREATE TABLE t AS SELECT g FROM generate_series(1, 100) g");
            execute(db, "VACUUM (ANALYZE)"); // or whoever reads it first writes to it
        });
        v1 = repository.branch("main").snapshot("v1", "");
        try (ScratchClone probe = v1.scratch()) {
            assumeThat(probe.method().kind()).as(probe.method()::toString).isNotEqualTo(ScratchMethod.Kind.COPY);
        }
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        assertThat(entries("volumes")).hasSize(1);
        repository.destroy();
        assertThat(entries("drafts")).isEmpty();
        assertThat(MountPoints.all())
                .noneMatch(mount -> mount.startsWith(sandbox.path("").toString()));
    }

    private List<String> entries(String directory) throws IOException {
        Path path = sandbox.path("storage").resolve(directory);
        if (!Files.exists(path)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(path)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }

    private static void execute(Database database, String sql) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String value(Database database, String sql) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private static long rows(Database database) throws SQLException {
        return Long.parseLong(value(database, "SELECT count(*) FROM t"));
    }

    /** Everything in a tree, with what tells that it was touched. */
    private static Map<String, String> tree(Path top) throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(top)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String content =
                        Files.isRegularFile(file) ? Integer.toHexString(Arrays.hashCode(Files.readAllBytes(file))) : "";
                found.put(
                        top.relativize(file).toString(),
                        Files.readAttributes(
                                        file,
                                        "unix:mode,uid,gid,size,ino,lastModifiedTime,ctime",
                                        LinkOption.NOFOLLOW_LINKS)
                                + content);
            }
        }
        return found;
    }

    private Path snapshotTree() throws IOException {
        Path snapshots = sandbox.path("storage/snapshots");
        return snapshots.resolve(entries("snapshots").get(0));
    }

    @Test
    void twoOfOneSnapshotSeeNothingOfEachOtherAndTheSnapshotStaysAsItIs() throws Exception {
        Map<String, String> before = tree(snapshotTree());
        try (ScratchClone one = v1.scratch();
                ScratchClone other = v1.scratch(o -> o.memory(0))) {
            assertThat(one.method()).isEqualTo(IN_MEMORY);
            assertThat(other.method()).isEqualTo(ON_DISK);
            execute(one, "DELETE FROM t WHERE g > 50");
            execute(other, "INSERT INTO t SELECT 0 FROM generate_series(1, 11)");
            execute(other, "CHECKPOINT");
            execute(one, "CHECKPOINT");
            assertThat(rows(one)).isEqualTo(50);
            assertThat(rows(other)).isEqualTo(111);
            assertThat(one.dataDirectory()).isDirectory();
            assertThat(one.dataDirectory().resolve("PG_VERSION")).exists();
        }
        assertThat(v1.<Long, Exception>withScratch(OverlayTest::rows)).isEqualTo(100);
        assertThat(tree(snapshotTree())).isEqualTo(before);
    }

    @Test
    void whatIsKeptHoldsWhatWasWrittenAndIsAVolumeOfItsOwn() throws Exception {
        for (long memory : new long[] {0, 1L << 30}) {
            ScratchClone scratch = v1.scratch(o -> o.memory(memory));
            execute(scratch, "DELETE FROM t WHERE g > 10");
            execute(scratch, "CREATE DATABASE more");
            execute(scratch, "CREATE TABLE gone AS SELECT 1");
            execute(scratch, "DROP TABLE gone");
            Clone kept = scratch.keep("kept-" + memory);
            kept.start();
            assertThat(rows(kept)).isEqualTo(10);
            assertThat(value(kept, "SELECT datname FROM pg_database WHERE datname = 'more'"))
                    .isEqualTo("more");
            assertThat(kept.dataDirectory()).isEqualTo(kept.dataDirectory().toRealPath());
            assertThat(kept.dataDirectory().resolveSibling("overlay")).doesNotExist();
            kept.delete();
        }
    }

    @Test
    void whatWasChangedIsTold() throws Exception {
        try (ScratchClone scratch = v1.scratch()) {
            execute(scratch, "DELETE FROM t WHERE g <= 3");
            try (Diff changes = scratch.changes()) {
                assertThat(changes.tables())
                        .extracting(TableDiff::toString)
                        .singleElement()
                        .asString()
                        .contains("-3");
            }
            assertThat(rows(scratch)).isEqualTo(97);
        }
    }

    @Test
    void aSnapshotThatIsDeletedLivesUntilItsOverlaysEnd() throws Exception {
        Snapshot v2 = repository.branch("main").snapshot("v2", "");
        try (ScratchClone scratch = v2.scratch()) {
            v2.discard();
            assertThat(repository.snapshots()).extracting(Snapshot::toString).noneMatch(name -> name.contains("v2"));
            assertThat(entries("snapshots")).hasSize(2);
            execute(scratch, "CREATE DATABASE another");
            assertThat(rows(scratch)).isEqualTo(100);
        }
        assertThat(entries("snapshots")).hasSize(1);
    }

    @Test
    void aTestThatUsesUpTheMemoryIsTold() throws Exception {
        try (ScratchClone scratch = v1.scratch(o -> o.memory(160L << 20))) {
            assertThat(scratch.method()).isEqualTo(IN_MEMORY);
            assertThatThrownBy(() -> execute(
                            scratch,
                            "CREATE TABLE large AS SELECT repeat('x', 500) AS x FROM generate_series(1, 1000000) g"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("No space left on device");
        }
        assertThat(v1.<Long, Exception>withScratch(OverlayTest::rows)).isEqualTo(100);
    }

    @Test
    void aLeaseThatDidNotChangeIsHandedOutAgain() throws Exception {
        try (ScratchPool pool = v1.pool(o -> o.size(1))) {
            long pid;
            try (ScratchClone first = pool.lease()) {
                assertThat(first.method()).isEqualTo(IN_MEMORY);
                pid = first.server().pid();
                assertThat(rows(first)).isEqualTo(100);
            }
            try (ScratchClone second = pool.lease()) {
                assertThat(second.server().pid()).isEqualTo(pid);
                execute(second, "DELETE FROM t");
            }
            try (ScratchClone third = pool.lease()) {
                assertThat(third.server().pid()).isNotEqualTo(pid);
                assertThat(rows(third)).isEqualTo(100);
            }
        }
    }

    @Test
    void aServerThatIsStoppedLeavesItsFilesInSight() throws Exception {
        try (ScratchClone scratch = v1.scratch();
                Connection connection = scratch.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1");
            Path data = scratch.dataDirectory();
            scratch.stop();
            assertThat(data.resolve("PG_VERSION")).exists();
            assertThat(data.resolve("postmaster.pid")).doesNotExist();
        }
    }

    @Test
    void theCopyCanBeChosen() throws Exception {
        try (ScratchClone scratch = v1.scratch(o -> o.overlay(false))) {
            assertThat(scratch.method()).isEqualTo(new ScratchMethod(ScratchMethod.Kind.COPY, Optional.empty()));
            assertThat(rows(scratch)).isEqualTo(100);
        }
    }
}
