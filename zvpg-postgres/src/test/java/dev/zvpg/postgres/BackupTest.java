package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Effort;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.ServerException;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.cluster.WalSegments;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.server.Backup;
import dev.zvpg.server.Position;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag(Effort.ANYBODY)
class BackupTest {

    private static final int COPIES = 3;

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    static Stream<Postgres> versions() {
        return Versions14To18.all();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void copiesUnderLoadStartAndHoldTheSum(Postgres postgres) throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer server = sandbox.start(postgres, data);
        try (Bank bank = Bank.open(server.dataSource("postgres"), 3, 42)) {
            for (int i = 0; i < COPIES; i++) {
                Path image = sandbox.path("image-" + i);
                long before = bank.transfers();
                try (Backup backup = server.startBackup("copy " + i)) {
                    TolerantCopy.copy(data, image);
                    // as if it had been read while it was written
                    Files.write(image.resolve("global/pg_control"), new byte[8192]);
                    Position position = backup.finish(image);
                    assertThat(position.nextTransactionId()).isPositive();
                }
                assertThat(image.resolve("postmaster.pid")).doesNotExist();
                PostgresServer copy = sandbox.start(postgres, image);
                assertThat(Bank.audit(copy.dataSource("postgres"))).isGreaterThanOrEqualTo(before);
                copy.stop();
                OpenDirectory.deleteTree(image);
            }
        }
        server.stop();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void copyOfAQuietServerIsWhereTheOriginalWas(Postgres postgres) throws Exception {
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer server = sandbox.start(postgres, data);
        LifecycleTest.update(server, "CREATE TABLE t AS SELECT 1 AS n");
        Path image = sandbox.path("image");
        Position position;
        try (Backup backup = server.startBackup("it's \"quoted\" $HOME")) {
            TolerantCopy.copy(data, image);
            position = backup.finish(image);
            assertThatThrownBy(() -> backup.finish(image)).isInstanceOf(IllegalStateException.class);
        }
        assertThat(position.nextTransactionId()).isEqualTo(server.position().nextTransactionId());
        assertThat(WalSegments.parse(position.wal()))
                .isLessThanOrEqualTo(WalSegments.parse(server.position().wal()));
        PostgresServer copy = sandbox.start(postgres, image);
        assertThat(copy.position().nextTransactionId()).isEqualTo(position.nextTransactionId());
        assertThat(LifecycleTest.query(copy, "SELECT n FROM t")).isEqualTo("1");
        assertThat(LifecycleTest.query(server, "SELECT count(*) FROM pg_replication_slots"))
                .isEqualTo("0");
        copy.stop();
        server.stop();
    }

    @Test
    void transactionThatIsOpenAtTheEndIsNotCountedAsCopied() throws Exception {
        Postgres postgres = Postgres.embedded();
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer server = sandbox.start(postgres, data);
        LifecycleTest.update(server, "CREATE TABLE t (n int)");
        Path image = sandbox.path("image");
        try (var connection = server.dataSource("postgres").getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO t VALUES (1)");
            // a later one ends first, so the next transaction id alone would not move when ours commits
            LifecycleTest.update(server, "INSERT INTO t VALUES (2)");
            Position position;
            try (Backup backup = server.startBackup("open")) {
                TolerantCopy.copy(data, image);
                position = backup.finish(image);
            }
            connection.commit();
            assertThat(server.position().isIn(position)).isFalse();
        }
        PostgresServer copy = sandbox.start(postgres, image);
        assertThat(LifecycleTest.query(copy, "SELECT string_agg(n::text, ',') FROM t"))
                .isEqualTo("2");
        copy.stop();
        server.stop();
    }

    @Test
    void backupThatIsGivenUpLeavesNothingInTheServer() throws Exception {
        Postgres postgres = Postgres.embedded();
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer server = sandbox.start(postgres, data);
        Backup given = server.startBackup("given up");
        given.close();
        given.close();
        // the connection's end is noticed by its backend in its own time
        while (!LifecycleTest.query(server, "SELECT count(*) FROM pg_replication_slots")
                .equals("0")) {
            Thread.onSpinWait();
        }
        server.startBackup("the next").close();
        server.stop();
    }

    @Test
    void serverThatEndsMeanwhileFailsTheBackup() throws Exception {
        Postgres postgres = Postgres.embedded();
        Path data = sandbox.cluster(postgres, "data");
        PostgresServer server = sandbox.start(postgres, data);
        Path image = sandbox.path("image");
        try (Backup backup = server.startBackup("doomed")) {
            TolerantCopy.copy(data, image);
            server.stop();
            assertThatThrownBy(() -> backup.finish(image))
                    .isInstanceOf(ServerException.class)
                    .hasMessageContaining("throw the copy away");
        }
    }

    @Test
    void tablespaceThatIsMadeOutsideMeanwhileFailsTheBackup() throws Exception {
        Postgres postgres = Postgres.embedded();
        Path data = sandbox.cluster(postgres, "data");
        Path elsewhere = Files.createDirectory(sandbox.path("elsewhere"));
        ServerUser.of(null).own(elsewhere);
        PostgresServer server = sandbox.start(postgres, data);
        Path image = sandbox.path("image");
        try (Backup backup = server.startBackup("too late")) {
            TolerantCopy.copy(data, image);
            LifecycleTest.update(server, "CREATE TABLESPACE aside LOCATION '" + elsewhere + "'");
            LifecycleTest.update(server, "CREATE TABLE t TABLESPACE aside AS SELECT 1 AS n");
            assertThatThrownBy(() -> backup.finish(image))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("tablespace")
                    .hasMessageContaining(elsewhere.toString());
        }
        assertThat(image.resolve("backup_label")).doesNotExist();
        assertThat(LifecycleTest.query(server, "SELECT n FROM t")).isEqualTo("1");
        server.stop();
    }
}
