package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.ServerException;
import dev.zvpg.internal.io.Subprocess;
import dev.zvpg.postgres.install.Installation;
import dev.zvpg.postgres.os.OperatingSystem;
import dev.zvpg.postgres.os.Program;
import dev.zvpg.postgres.os.SecretFile;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.server.ClusterSource;
import dev.zvpg.server.Credentials;
import dev.zvpg.server.ServerSecurity;
import dev.zvpg.server.ServerSecurity.SslMode;
import dev.zvpg.server.ServerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What another user, a server and the network get to know, and what a killed JVM leaves. */
class SecretsTest {

    private static final Credentials OURS = new Credentials("postgres", "ours");

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private final Postgres postgres = Postgres.embedded();

    /** Starts a server in the environment of this JVM, and lets it tell its own; what another JVM runs. */
    static final class TellEnvironment {

        public static void main(String[] arguments) throws Exception {
            ServerSpec spec = new ServerSpec(
                    Path.of(arguments[0]), Path.of(arguments[1]), Sandbox.freePort(), Sandbox.SUPERUSER, Map.of());
            PostgresServer server = Postgres.embedded().start(spec);
            System.out.println(Files.readString(Path.of("/proc/" + server.pid() + "/environ"))
                    .replace('\0', '\n'));
            LifecycleTest.update(server, "CREATE TABLE t(line text)");
            LifecycleTest.update(server, "COPY t FROM PROGRAM 'env'");
            System.out.println(LifecycleTest.query(server, "SELECT string_agg(line, E'\\n') FROM t"));
            server.stop();
        }
    }

    /** Makes a cluster; what another JVM runs, and is killed at. */
    static final class Initialize {

        public static void main(String[] arguments) {
            programs(arguments[0]).initialize(Path.of(arguments[1]), ForeignCluster.ADMIN);
        }
    }

    /** Copies a cluster; what another JVM runs, and is killed at. */
    static final class Adopt {

        public static void main(String[] arguments) {
            programs(arguments[0])
                    .adopt(
                            ClusterSource.server(
                                    "127.0.0.1",
                                    Integer.parseInt(arguments[2]),
                                    ForeignCluster.ADMIN.user(),
                                    ForeignCluster.ADMIN.password()),
                            Path.of(arguments[1]),
                            OURS,
                            Map.of(),
                            (done, total) -> {});
        }
    }

    /** Without following the links in it. */
    private static Postgres programs(String bin) {
        Installation real = Installation.ask(Path.of(bin));
        return Postgres.of(new Installation(Path.of(bin), real.version(), real.major()));
    }

    @Test
    void theServersUserSeesNothingOfRootsEnvironment() throws Exception {
        Assumptions.assumeTrue(ServerUser.of(null).switched(), "needs root");
        Path data = sandbox.cluster(postgres, "data");
        Path log = sandbox.path("child.log");
        Process child = ChildJvm.start(
                log,
                Map.of("SECRET_KEY", "hush-hush", "AWS_TOKEN", "hush-hush", "TZ", "Asia/Tokyo"),
                TellEnvironment.class,
                data.toString(),
                sandbox.path("run").toString());
        assertThat(child.waitFor()).as(Files.readString(log)).isZero();
        assertThat(Files.readString(log))
                .contains("PATH=", "TZ=Asia/Tokyo", "PGDATA=")
                .doesNotContain("hush");
    }

    @Test
    void aKilledInitdbLeavesNoPassword() throws Exception {
        Path seen = writable("seen");
        FakeBin bin = new FakeBin(sandbox, postgres).script("initdb", script(seen));
        assertNothingIsLeft(
                seen,
                Initialize.class,
                bin.path().toString(),
                sandbox.path("data").toString());
    }

    @Test
    void aKilledBaseBackupLeavesNoPassword() throws Exception {
        Postgres installed = AdoptServerTest.installed();
        ForeignCluster original =
                ForeignCluster.make(sandbox, installed, "original").start();
        Path seen = writable("seen");
        FakeBin bin = new FakeBin(sandbox, installed).add("pg_basebackup", script(seen));
        assertNothingIsLeft(
                seen,
                Adopt.class,
                bin.path().toString(),
                sandbox.path("copy").toString(),
                Integer.toString(original.port()));
        original.stop();
    }

    @Test
    void whoeverIsInterruptedLeavesNoFileForASecret() throws Exception {
        ServerUser user = ServerUser.of(null);
        for (int round = 0; round < 40; round++) {
            Thread worker = new Thread(() -> {
                try {
                    SecretFile.run(user, Duration.ofMinutes(1), Map.of(), "hush", line -> {}, "sleep", "1");
                } catch (IOException | RuntimeException e) {
                    // it was interrupted
                }
            });
            worker.start();
            TimeUnit.MICROSECONDS.sleep(250L * round);
            worker.interrupt();
            worker.join();
        }
        // what others have at this moment, in tests beside this one, goes
        List<Path> seen = secretFiles();
        await().until(() -> seen.stream().noneMatch(Files::exists));
    }

    private static List<Path> secretFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/tmp"))) {
            return files.filter(file ->
                            file.getFileName().toString().matches("zvpg-[0-9a-f]+") && Files.isRegularFile(file))
                    .toList();
        }
    }

    /** Tells which file it was given and that it can read it, and then takes as long as a base backup. */
    private static String script(Path seen) {
        return "(readlink /proc/$$/fd/3; wc -l </proc/self/fd/3; echo $$) >" + seen + "; exec sleep 600\n";
    }

    private void assertNothingIsLeft(Path seen, Class<?> main, String... arguments) throws Exception {
        Path log = sandbox.path("child.log");
        Process child = ChildJvm.start(log, Map.of(), main, arguments);
        await().atMost(Duration.ofMinutes(1)).until(() -> {
            assertThat(child.isAlive()).as(Files.readString(log)).isTrue();
            return Files.readString(seen).lines().count() == 3;
        });
        child.destroyForcibly().waitFor();
        String[] lines = Files.readString(seen).split("\n", -1);
        ProcessHandle.of(Long.parseLong(lines[2].trim())).ifPresent(ProcessHandle::destroyForcibly);
        assertThat(lines[1].trim()).as("lines of the secret").isEqualTo("1");
        assertThat(lines[0]).endsWith(" (deleted)");
        assertThat(Path.of(lines[0].replace(" (deleted)", ""))).doesNotExist();
    }

    @Test
    void aServerThatCannotEncryptGetsNoPasswordWhenThatIsDemanded() throws Exception {
        Postgres installed = AdoptServerTest.installed();
        ForeignCluster original =
                ForeignCluster.make(sandbox, installed, "original").start();
        ClusterSource.RunningServer source = server("127.0.0.1", original);
        assertThatThrownBy(() ->
                        adopt(installed, source.security(ServerSecurity.DEFAULT.sslMode(SslMode.REQUIRE)), "refused"))
                .isInstanceOf(ServerException.class)
                .hasMessageContaining("SSL");
        adopt(installed, source, "copy");
        original.stop();
    }

    @Test
    void theCertificateIsCheckedWhenThatIsDemanded() throws Exception {
        Postgres installed = AdoptServerTest.installed();
        certificate("server");
        certificate("stranger");
        ForeignCluster original = ForeignCluster.make(
                        sandbox,
                        installed,
                        "original",
                        "ssl = on",
                        "ssl_cert_file = '" + sandbox.path("server.crt") + "'",
                        "ssl_key_file = '" + sandbox.path("server.key") + "'")
                .start();
        ServerSecurity full = ServerSecurity.DEFAULT.sslMode(SslMode.VERIFY_FULL);
        ClusterSource.RunningServer source = server("127.0.0.1", original);
        assertThatThrownBy(() -> adopt(
                        installed, source.security(full.rootCertificate(sandbox.path("stranger.crt"))), "refused"))
                .isInstanceOf(ServerException.class)
                .hasMessageContaining("cannot connect to the server on 127.0.0.1");
        adopt(installed, source.security(full.rootCertificate(sandbox.path("server.crt"))), "copy");
        original.stop();
    }

    private void certificate(String name) throws Exception {
        Subprocess result = Program.run(
                ServerUser.current(),
                Duration.ofMinutes(1),
                Map.of(),
                "/bin/sh",
                "-c",
                "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 "
                        + "-addext subjectAltName=IP:127.0.0.1 -keyout " + sandbox.path(name + ".key") + " -out "
                        + sandbox.path(name + ".crt") + " && chmod 600 " + sandbox.path(name + ".key"));
        Assumptions.assumeTrue(result.ok(), "needs openssl: " + result.output());
        ServerUser.of(null).own(sandbox.path(name + ".key"));
    }

    @Test
    void aServerThatAsksForAWeakProofGetsNoneUnlessThatIsAllowed() throws Exception {
        Postgres installed = AdoptServerTest.installed();
        ForeignCluster original = ForeignCluster.make(sandbox, installed, "original", "password_encryption = md5");
        Files.writeString(original.data().resolve("pg_hba.conf"), "host all,replication all 127.0.0.1/32 password\n");
        original.start();
        ClusterSource.RunningServer source = server("127.0.0.1", original);
        assertThatThrownBy(() -> adopt(installed, source, "refused"))
                .isInstanceOf(ServerException.class)
                .hasMessageContaining("cannot connect to");
        adopt(installed, source.security(ServerSecurity.DEFAULT.authentication("password,scram-sha-256")), "copy");
        original.stop();
    }

    @ParameterizedTest
    @ValueSource(strings = {"::1", "[::1]"})
    void anAddressOfIpv6IsAPlaceToCopyFrom(String host) throws Exception {
        Postgres installed = AdoptServerTest.installed();
        Assumptions.assumeTrue(Files.exists(Path.of("/proc/net/if_inet6")), "needs IPv6");
        ForeignCluster original =
                ForeignCluster.make(sandbox, installed, "original").start("-c listen_addresses=127.0.0.1,::1");
        adopt(installed, server(host, original), "copy");
        original.stop();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x/db?socketFactory=evil", "a b", "", "/var/run/postgresql", "h,other", "h&x", "[::1]x"})
    void whatIsNoHostIsRefused(String host) {
        assertThatThrownBy(() -> ClusterSource.server(host, 5432, "u", "p"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no host");
    }

    @Test
    void rootAsksNobodysProgramsForTheirVersion() throws Exception {
        Assumptions.assumeTrue(ServerUser.of(null).switched(), "needs root");
        Path seen = writable("seen");
        FakeBin bin = new FakeBin(sandbox, postgres).script("postgres", "id -un >" + seen + "; exec REAL \"$@\"\n");
        Postgres.in(bin.path());
        assertThat(Files.readString(seen).trim()).isEqualTo(postgres.user());
    }

    @Test
    void elsewhereThanOnLinuxOneSentenceSaysWhatToDo() {
        assertThatThrownBy(() -> OperatingSystem.requireLinux("Windows 11"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("ZVPG runs on Linux, and this is Windows 11; on Windows run it in WSL 2");
        OperatingSystem.requireLinux("Linux");
    }

    private static ClusterSource.RunningServer server(String host, ForeignCluster cluster) {
        return ClusterSource.server(host, cluster.port(), ForeignCluster.ADMIN.user(), ForeignCluster.ADMIN.password());
    }

    private void adopt(Postgres installed, ClusterSource source, String name) {
        installed.adopt(source, sandbox.path(name), OURS, Map.of(), (done, total) -> {});
    }

    private Path writable(String name) throws Exception {
        Path file = Files.createFile(sandbox.path(name));
        ServerUser.of(null).own(file);
        return file;
    }
}
