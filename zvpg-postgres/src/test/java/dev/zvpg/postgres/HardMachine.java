package dev.zvpg.postgres;

import dev.zvpg.Jvm;
import dev.zvpg.internal.io.OpenDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * A machine that makes it hard: another JVM in namespaces of its own, in which its user has a number and no name, and
 * whatever a script has arranged before. Works for root and for ordinary users alike, where they may make namespaces.
 *
 * <p>Its directory is on the disk, because the script may take {@code /tmp} and {@code /dev/shm} away. Confined to one thread.
 */
final class HardMachine implements AutoCloseable {

    /** Nobody has this number. */
    private static final String USER = "54321";

    private final Path directory;

    HardMachine() throws IOException {
        directory = Files.createTempDirectory(
                Path.of("/var/tmp"),
                "zvpg-test-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }

    Path directory() {
        return directory;
    }

    /** Whether this machine lets itself be made hard. */
    static boolean isPossible() throws IOException, InterruptedException {
        return run(List.of(
                        "unshare",
                        "--user",
                        "--map-root-user",
                        "--mount",
                        "unshare",
                        "--user",
                        "--map-user=" + USER,
                        "true"))
                .isEmpty();
    }

    /**
     * Runs a program's {@code main} there, with the directory and the embedded PostgreSQL's programs as arguments.
     *
     * @param script what root does before, in a mount namespace that goes with it
     * @return all that it said
     */
    String run(String script, Class<?> main) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "unshare",
                "--user",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                "set -e; " + script + "; exec unshare --user --map-user=" + USER + " --map-group=" + USER + " \"$@\"",
                "sh",
                "env",
                "-u",
                "HOME",
                "USER=",
                "TMPDIR=" + directory));
        return run(Jvm.wrapped(
                command,
                Jvm.command(
                        List.of("-Djava.io.tmpdir=" + directory, "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"),
                        System.getProperty("java.class.path"),
                        main,
                        directory.toString(),
                        Postgres.embedded().binDirectory().toString())));
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    @Override
    public void close() throws IOException {
        OpenDirectory.deleteTree(directory);
    }
}
