package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zvpg.Effort;
import dev.zvpg.error.ServerException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.Attacker;
import dev.zvpg.internal.io.HostileTree;
import dev.zvpg.postgres.cluster.Cluster;
import dev.zvpg.postgres.cluster.PostmasterPid;
import dev.zvpg.postgres.copy.Disarming;
import dev.zvpg.postgres.copy.SourceCopy;
import dev.zvpg.postgres.install.Installation;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.run.DetachedLaunch;
import dev.zvpg.postgres.run.RunDirectory;
import dev.zvpg.server.ClusterSource;
import dev.zvpg.server.Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clusters whose owner leads whoever reads them elsewhere; none of them has a server. */
@Tag(Effort.FULL)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class HostileClusterTest {

    private static final int RACES = 50;
    private static final int ENTRIES = 200;

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    @Test
    void aLockFileThatIsNoneIsNeitherWaitedForNorShown() throws Exception {
        for (List<String> make : others("postmaster.pid")) {
            Path data = Files.createTempDirectory(sandbox.path(""), "data");
            run(data, make);
            assertThatThrownBy(() -> PostmasterPid.read(data))
                    .isInstanceOf(ServerException.class)
                    .hasMessageContaining(PostmasterPid.FILE)
                    .hasMessageNotContaining(HostileTree.CANARY);
        }
    }

    @Test
    void aStartFileThatIsNoneIsNeitherWaitedForNorShown() throws Exception {
        for (List<String> make : others("start.pid")) {
            Path sockets = Files.createTempDirectory(sandbox.path(""), "run");
            run(sockets, make);
            assertThatThrownBy(() -> launch(sockets).pid())
                    .isInstanceOf(IOException.class)
                    .hasMessageNotContaining(HostileTree.CANARY);
        }
        Path sockets = Files.createDirectory(sandbox.path("text"));
        Files.writeString(sockets.resolve("start.pid"), HostileTree.CANARY + "\n");
        assertThatThrownBy(() -> launch(sockets).pid())
                .isInstanceOf(IOException.class)
                .hasMessageNotContaining(HostileTree.CANARY);
    }

    /** The commands that make what is no file under this name. */
    private List<List<String>> others(String name) throws IOException {
        Path secret = sandbox.path("secret");
        Files.writeString(secret, HostileTree.CANARY + "\n");
        return List.of(
                List.of("mkfifo", name),
                List.of("ln", "-s", "/dev/zero", name),
                List.of("ln", "-s", secret.toString(), name));
    }

    private static void run(Path directory, List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .inheritIO()
                .start();
        assertThat(process.waitFor()).isZero();
    }

    private static List<String> asServerUser(String script) {
        List<String> command = new ArrayList<>(ServerUser.of(null).commandPrefix());
        command.addAll(List.of("/bin/sh", "-c", script));
        return command;
    }

    private DetachedLaunch launch(Path sockets) throws IOException {
        Installation unused = Installation.ask(Postgres.embedded().binDirectory());
        return new DetachedLaunch(
                unused, ServerUser.current(), sandbox.path("data"), new RunDirectory(sockets, sockets, true));
    }

    @Test
    void disarmingRemovesNothingThroughALinkThatTakesThePlaceOfADirectory() throws Exception {
        try (Attacker attacker = new Attacker()) {
            Path outside = HostileTree.outside(sandbox.path(""));
            Map<String, String> before = Attacker.audit(outside);
            for (int i = 0; i < RACES; i++) {
                Path data = Files.createDirectory(sandbox.path("data" + i));
                for (String name : List.of("pg_replslot", "pg_snapshots", "pg_notify")) {
                    Path directory = Files.createDirectory(data.resolve(name));
                    for (int j = 0; j < ENTRIES; j++) {
                        Files.createDirectory(directory.resolve("a" + j));
                    }
                    Files.createFile(directory.resolve("secret"));
                }
                Attacker.give(data);
                attacker.attack(i, data, outside);
                try {
                    Disarming.run(data);
                } catch (ZvpgException refused) {
                    assertThat(refused).isInstanceOf(ServerException.class);
                }
                attacker.rest();
                assertThat(Attacker.audit(outside)).isEqualTo(before);
            }
        }
    }

    @Test
    void adoptingReadsNothingThroughALinkThatTakesThePlaceOfADirectory() throws Exception {
        try (Attacker attacker = new Attacker()) {
            Path outside = HostileTree.outside(sandbox.path(""));
            Map<String, String> before = Attacker.audit(outside);
            for (int i = 0; i < RACES; i++) {
                Path source = Files.createDirectory(sandbox.path("source" + i));
                Path target = Files.createDirectory(sandbox.path("target" + i));
                try (HostileTree tree = new HostileTree(i, source, outside)) {
                    attacker.attack(i, source, outside);
                    try {
                        SourceCopy.run(source, target, 18, (done, total) -> {});
                    } finally {
                        attacker.rest(); // before the tree's mounts are looked for by their names
                    }
                } catch (ZvpgException refused) {
                    assertThat(refused.getMessage()).doesNotContain(HostileTree.CANARY);
                }
                assertThat(Attacker.holding(target, HostileTree.CANARY))
                        .as("seed %d", i)
                        .isEmpty();
                assertThat(Attacker.audit(outside)).as("seed %d", i).isEqualTo(before);
            }
        }
    }

    /** A planted link at each place that names or holds settings: read as root, it would come out in the copy. */
    @Test
    void settingsThatTheOwnerOfAClusterMayNotReadHimselfAreNotAdopted() throws Exception {
        assumeTrue(ServerUser.of(null).switched(), "needs root, to work in the trees of another user");
        Postgres postgres = Postgres.embedded();
        Path secret = Files.writeString(sandbox.path("secret.cnf"), "my.password = " + HostileTree.CANARY + "\n");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        Credentials ours = new Credentials("postgres", "the repository's own");
        int attempt = 0;
        for (String plant : List.of(
                "rm postgresql.conf && ln -s SECRET postgresql.conf",
                "echo \"include 'SECRET'\" >> postgresql.conf",
                "echo \"include_dir 'DIRECTORY'\" >> postgresql.conf",
                "echo \"include 'SECRET'\" >> postgresql.auto.conf",
                "rm postgresql.auto.conf && ln -s SECRET postgresql.auto.conf",
                "echo '/bin/postgres -D \"'$PWD'\" \"-c\" \"config_file='$PWD'/../secret.cnf\"' > postmaster.opts",
                "ln -s /dev/zero postmaster.opts",
                "mkfifo postmaster.opts")) {
            ForeignCluster original = ForeignCluster.make(sandbox, postgres, "original" + attempt);
            run(
                    original.data(),
                    asServerUser(plant.replace("SECRET", secret.toString())
                            .replace("DIRECTORY", sandbox.path("").toString())));
            Path copy = sandbox.path("copy" + attempt++);
            try {
                postgres.adopt(ClusterSource.directory(original.data()), copy, ours, Map.of(), (done, total) -> {});
                assertThat(Attacker.holding(copy, HostileTree.CANARY)).as(plant).isEmpty();
            } catch (ZvpgException refused) {
                assertThat(refused.toString()).as(plant).doesNotContain(HostileTree.CANARY);
            }
        }
    }

    @Test
    void lookingForDataOutsideLooksAtNothingBehindALinkThatTakesThePlaceOfADirectory() throws Exception {
        try (Attacker attacker = new Attacker()) {
            Path outside = HostileTree.outside(sandbox.path(""));
            // no two of its names are in the tree
            for (int i = 0; i < ENTRIES; i++) {
                Files.createSymbolicLink(
                        outside.resolve("directory").resolve(HostileTree.CANARY + i), Path.of("/nowhere"));
            }
            for (int i = 0; i < RACES; i++) {
                Path data = Files.createDirectory(sandbox.path("data" + i));
                try (HostileTree tree = new HostileTree(i, data, outside)) {
                    attacker.attack(i, data, outside);
                    try {
                        Cluster.requireSelfContained(data);
                    } catch (ZvpgException refused) {
                        // what root has mounted there is not led to by the tree's owner
                        assertThat(String.valueOf(refused.getMessage()).contains(HostileTree.CANARY)
                                        && !tree.hasMounts())
                                .as("seed %d: %s", i, refused)
                                .isFalse();
                    } finally {
                        attacker.rest(); // before the tree's mounts are looked for by their names
                    }
                }
            }
        }
    }
}
