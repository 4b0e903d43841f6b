package dev.zvpg.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/**
 * A real {@code sshd} on a port of its own, which lets one key in to do one thing, and the client's side: an {@code ssh} to
 * be put first on the path, which reads a configuration of this test and not the user's. Confined to one thread.
 */
final class Sshd implements AutoCloseable {

    private static final Path PROGRAM = Path.of("/usr/sbin/sshd");

    private final Path directory;
    private final String forced;
    private final int port;
    private final Process server;

    /** Where the client finds it. */
    private int reached;

    /**
     * Starts it.
     *
     * @param forced what the key may do, whatever is asked for
     */
    Sshd(Path directory, String forced) throws IOException, InterruptedException {
        this.directory = Files.createDirectory(directory);
        this.forced = "command=\"" + forced.replace("\"", "\\\"") + "\",restrict ";
        this.port = freePort();
        this.reached = port;
        generateKey("host");
        generateKey("user");
        letIn("user");
        Files.writeString(file("sshd_config"), """
                Port %d
                ListenAddress 127.0.0.1
                HostKey %s
                PidFile none
                AuthorizedKeysFile %s
                StrictModes no
                UsePAM no
                PasswordAuthentication no
                PermitRootLogin yes
                """.formatted(port, file("host"), file("authorized_keys")));
        this.server = start();
        knowHost("host");
        Path ssh = Files.writeString(
                Files.createDirectory(file("bin")).resolve("ssh"),
                "#!/bin/sh\nexec /usr/bin/ssh -F " + file("ssh_config") + " \"$@\"\n");
        Files.setPosixFilePermissions(ssh, PosixFilePermissions.fromString("rwx------"));
        configureClient();
    }

    static boolean isInstalled() {
        return Files.isExecutable(PROGRAM);
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void generateKey(String name) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "ssh-keygen",
                        "-q",
                        "-t",
                        "ed25519",
                        "-N",
                        "",
                        "-f",
                        file(name).toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    /** As root it wants a directory in {@code /run}, which is made where nobody else sees it. */
    private Process start() throws IOException {
        String run = "exec " + PROGRAM + " -f " + file("sshd_config") + " -D -E " + file("log");
        List<String> command = new ArrayList<>(List.of("sh", "-c", run));
        if (System.getProperty("user.name").equals("root")) {
            command = List.of("unshare", "--mount", "sh", "-c", "mount -t tmpfs run /run && mkdir /run/sshd && " + run);
        }
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(file("started").toFile())
                .start();
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> !process.isAlive() || listens());
        if (!process.isAlive()) {
            throw new AssertionError("sshd ended: " + log());
        }
        return process;
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** What it said so far. */
    String log() throws IOException {
        Path log = file("log");
        return Files.readString(file("started")) + (Files.exists(log) ? Files.readString(log) : "");
    }

    /** Lets one of the keys in; the client comes with {@code user}. */
    void letIn(String key) throws IOException {
        Files.writeString(file("authorized_keys"), forced + Files.readString(file(key + ".pub")));
    }

    /** Lets the client know the host by one of the keys; any but {@code host} is not the one that it has. */
    void knowHost(String key) throws IOException {
        Files.writeString(file("known_hosts"), "[127.0.0.1]:" + reached + " " + Files.readString(file(key + ".pub")));
    }

    /** Lets the client know no host at all. */
    void knowNoHost() throws IOException {
        Files.writeString(file("known_hosts"), "");
    }

    /** Its own port. */
    int port() {
        return port;
    }

    /** Lets the client find it at another port, which leads here. */
    void isReachedAt(int port) throws IOException {
        reached = port;
        knowHost("host");
        configureClient();
    }

    private void configureClient() throws IOException {
        Files.writeString(file("ssh_config"), """
                Host db1
                    HostName 127.0.0.1
                    Port %d
                    IdentityFile %s
                    IdentitiesOnly yes
                    UserKnownHostsFile %s
                    StrictHostKeyChecking yes
                """.formatted(reached, file("user"), file("known_hosts")));
    }

    /** What a client's environment must have. */
    Map<String, String> environment() {
        return Map.of("PATH", file("bin") + ":" + System.getenv("PATH"));
    }

    @Override
    public void close() throws InterruptedException {
        server.descendants().forEach(ProcessHandle::destroy);
        server.destroy();
        server.waitFor();
    }
}
