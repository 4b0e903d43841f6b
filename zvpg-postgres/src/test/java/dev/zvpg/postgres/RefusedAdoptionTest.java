package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Effort;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.server.Adoption;
import dev.zvpg.server.ClusterSource;
import dev.zvpg.server.Credentials;
import dev.zvpg.server.ServerSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clusters that cannot be copied: each is refused with what to do, and nothing of a copy stays. */
class RefusedAdoptionTest {

    private static final Credentials OURS = new Credentials("postgres", "the repository's own");

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private final Postgres postgres = Postgres.embedded();

    private Adoption adopt(Postgres postgres, ClusterSource source) {
        return postgres.adopt(source, sandbox.path("copy"), OURS, Map.of(), (done, total) -> {});
    }

    private PostgresServer startCopy(Postgres postgres, Credentials superuser) throws Exception {
        for (int attempt = 0; ; attempt++) {
            try {
                return postgres.start(new ServerSpec(
                        sandbox.path("copy"), sandbox.path("run"), Sandbox.freePort(), superuser, Map.of()));
            } catch (dev.zvpg.server.PortTakenException e) {
                assertThat(attempt).isLessThan(20);
            }
        }
    }

    @Test
    void aRunningClusterIsRefusedWithWhatToDo() throws Exception {
        ForeignCluster original =
                ForeignCluster.make(sandbox, postgres, "original").start();
        assertThatThrownBy(() -> adopt(postgres, ClusterSource.directory(original.data())))
                .isInstanceOf(InUseException.class)
                .hasMessageContaining("stop it, or copy it as it runs with ClusterSource.server");
        assertThat(sandbox.path("copy")).doesNotExist();
        assertThat(original.query("postgres", "SELECT 1")).isEqualTo("1");
        original.stop();
    }

    @Tag(Effort.FULL)
    @Test
    void whatIsWrittenToWhileItIsCopiedIsRefused() throws Exception {
        ForeignCluster original = ForeignCluster.make(sandbox, postgres, "original");
        // as a server in a container does, whose process is not seen from here
        assertThatThrownBy(() -> postgres.adopt(
                        ClusterSource.directory(original.data()),
                        sandbox.path("copy"),
                        OURS,
                        Map.of(),
                        (done, total) -> {
                            try {
                                Files.write(
                                        original.data().resolve("global/pg_filenode.map"),
                                        new byte[] {0},
                                        StandardOpenOption.APPEND);
                            } catch (java.io.IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        }))
                .isInstanceOf(InUseException.class)
                .hasMessageContaining("was written to while it was copied");
        assertThat(sandbox.path("copy")).doesNotExist();
    }

    @Test
    void anotherMajorVersionIsRefused() throws Exception {
        ForeignCluster original = ForeignCluster.make(sandbox, Postgres.embedded(14), "original");
        assertThatThrownBy(() -> adopt(postgres, ClusterSource.directory(original.data())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("PostgreSQL 14");
        assertThat(sandbox.path("copy")).doesNotExist();
    }

    @Test
    void whatIsNoClusterIsRefused() throws Exception {
        Path empty = Files.createDirectory(sandbox.path("empty"));
        for (Path path : List.of(empty, sandbox.path("absent"))) {
            assertThatThrownBy(() -> adopt(postgres, ClusterSource.directory(path)))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining(path.toString());
        }
        ForeignCluster original = ForeignCluster.make(sandbox, postgres, "original");
        assertThatThrownBy(() -> postgres.adopt(
                        ClusterSource.directory(original.data()),
                        original.data().resolve("copy"),
                        OURS,
                        Map.of(),
                        (done, total) -> {}))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("in the original");
    }

    @Tag(Effort.FULL)
    @Test
    void settingsThatThisMachineCannotHaveAreRefusedAndCanBeReplaced() throws Exception {
        ForeignCluster original = ForeignCluster.make(sandbox, postgres, "original", "shared_buffers = 7000GB");
        ClusterSource source = ClusterSource.directory(original.data());
        assertThatThrownBy(() -> adopt(postgres, source))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("configuration(path)")
                .hasMessageContaining("memory");
        assertThat(sandbox.path("copy")).doesNotExist();

        Path conf = Files.writeString(sandbox.path("small.conf"), "shared_buffers = 16MB\n");
        PostgresServer server =
                startCopy(postgres, adopt(postgres, source.configuration(conf)).superuser());
        assertThat(LifecycleTest.query(server, "SHOW shared_buffers")).isEqualTo("16MB");
        server.stop();
    }

    @Tag(Effort.FULL)
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                shared_buffers = 7000GB                  | memory              | shared_buffers           | 16MB
                lc_monetary = 'xx_XX'                    | lc_monetary         | lc_monetary              | C
                shared_preload_libraries = 'pg_hint_plan'| pg_hint_plan        | shared_preload_libraries | auto_explain
                huge_pages = on                          | shared memory       | huge_pages               | off
                """)
    void settingsForAnotherMachineAreRefusedBeforeTheCopyAndCanBeChosenAnew(
            String line, String why, String name, String value) throws Exception {
        ForeignCluster original = ForeignCluster.make(sandbox, postgres, "original", line);
        ClusterSource source = ClusterSource.directory(original.data());
        AtomicBoolean copying = new AtomicBoolean();
        assertThatThrownBy(() -> postgres.adopt(
                        source, sandbox.path("copy"), OURS, Map.of(), (done, total) -> copying.set(true)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(why)
                .hasMessageContaining("--set");
        assertThat(copying).isFalse();
        assertThat(sandbox.path("copy")).doesNotExist();
        assertThat(sandbox.path("copy.trial")).doesNotExist();

        Map<String, String> chosen = Map.of(name, value);
        Credentials superuser = postgres.adopt(source, sandbox.path("copy"), OURS, chosen, (done, total) -> {})
                .superuser();
        PostgresServer server = postgres.start(
                new ServerSpec(sandbox.path("copy"), sandbox.path("run"), Sandbox.freePort(), superuser, chosen));
        assertThat(LifecycleTest.query(server, "SHOW " + name)).isEqualTo(value);
        server.stop();
    }

    @Tag(Effort.FULL)
    @Test
    void databasesWhoseLocaleIsMissingHereAreFound() throws Exception {
        ForeignCluster original =
                ForeignCluster.make(sandbox, postgres, "original").start();
        original.execute("postgres", "CREATE DATABASE \"one, two\"");
        original.execute("postgres", "UPDATE pg_database SET datcollate = 'xx_XX' WHERE datname = 'one, two'");
        original.stop();
        Adoption adoption = adopt(postgres, ClusterSource.directory(original.data()));
        assertThat(adoption.findings())
                .extracting(Object::toString)
                .anySatisfy(finding -> assertThat(finding)
                        .contains("(one, two)")
                        .contains("xx_XX")
                        .contains("install their locale"));

        PostgresServer server = postgres.start(new ServerSpec(
                sandbox.path("copy"), sandbox.path("run"), Sandbox.freePort(), adoption.superuser(), Map.of()));
        assertThat(server.findings())
                .extracting(Object::toString)
                .anySatisfy(finding -> assertThat(finding)
                        .contains("database one, two")
                        .contains("not looked into")
                        .contains("locale"));
        server.stop();
    }

    @Tag(Effort.FULL)
    @Test
    void aBrokenConfigurationIsNamedWithItsLine() throws Exception {
        ForeignCluster original = ForeignCluster.make(sandbox, postgres, "original");
        Path conf = Files.writeString(sandbox.path("secret"), "# fine\nroot:x:secret\n");
        assertThatThrownBy(() ->
                        adopt(postgres, ClusterSource.directory(original.data()).configuration(conf)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("line 2")
                .hasMessageNotContaining("root:x");
        assertThat(sandbox.path("copy")).doesNotExist();
    }

    @Test
    void anInterruptedCopyLeavesNothingAndKeepsTheFlag() throws Exception {
        ForeignCluster original = ForeignCluster.make(sandbox, postgres, "original");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> adopt(postgres, ClusterSource.directory(original.data())))
                .isInstanceOf(OperationInterruptedException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(sandbox.path("copy")).doesNotExist();
    }

    @Tag(Effort.FULL)
    @Test
    void aFullDiskIsSaidAndNothingHalfMadeStays() throws Exception {
        org.junit.jupiter.api.Assumptions.assumeTrue(ServerUser.of(null).switched(), "needs root");
        ForeignCluster original = ForeignCluster.make(sandbox, postgres, "original");
        Path small = Files.createDirectory(sandbox.path("small"));
        org.junit.jupiter.api.Assumptions.assumeTrue(
                system("mount", "-t", "tmpfs", "-o", "size=12m,mode=755", "none", small.toString()), "needs mounts");
        try {
            assertThatThrownBy(() -> postgres.adopt(
                            ClusterSource.directory(original.data()),
                            small.resolve("copy"),
                            OURS,
                            Map.of(),
                            (done, total) -> {}))
                    .isInstanceOf(dev.zvpg.error.OutOfSpaceException.class)
                    .hasMessageContaining("free some space");
            assertThat(small).isEmptyDirectory();
        } finally {
            assertThat(system("umount", small.toString())).isTrue();
        }
    }

    private static boolean system(String... command) throws Exception {
        return new ProcessBuilder(command).start().waitFor() == 0;
    }

    @Test
    void aLinkToSomebodyElsesFilesIsNotFollowed() throws Exception {
        org.junit.jupiter.api.Assumptions.assumeTrue(ServerUser.of(null).switched(), "needs root");
        ForeignCluster original = ForeignCluster.make(sandbox, postgres, "original");
        Path precious = Files.createDirectory(sandbox.path("precious"));
        Files.createFile(precious.resolve("file"));
        OpenDirectory.deleteTree(original.data().resolve("pg_wal"));
        Files.createSymbolicLink(original.data().resolve("pg_wal"), precious);
        assertThatThrownBy(() -> adopt(postgres, ClusterSource.directory(original.data())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("belongs to somebody else");
    }

    @Test
    void aClusterThatWeMayNotReadIsRefused() throws Exception {
        org.junit.jupiter.api.Assumptions.assumeFalse(ServerUser.of(null).switched(), "root may read everything");
        ForeignCluster original = ForeignCluster.make(sandbox, postgres, "original");
        Files.setPosixFilePermissions(original.data(), PosixFilePermissions.fromString("---------"));
        try {
            assertThatThrownBy(() -> adopt(postgres, ClusterSource.directory(original.data())))
                    .isInstanceOf(dev.zvpg.error.PermissionException.class)
                    .hasMessageContaining("as the user who owns it or as root");
        } finally {
            Files.setPosixFilePermissions(original.data(), PosixFilePermissions.fromString("rwx------"));
        }
        Path file = original.data().resolve("global/1262");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        assertThatThrownBy(() -> adopt(postgres, ClusterSource.directory(original.data())))
                .isInstanceOf(dev.zvpg.error.PermissionException.class)
                .hasMessageContaining(file.toString());
        assertThat(sandbox.path("copy")).doesNotExist();
    }
}
