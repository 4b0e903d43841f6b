package dev.zvpg.postgres.os;

import dev.zvpg.internal.io.Subprocess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Gives a program a file with a secret that never had it under a name: the file is gone with the program, and with the
 * machine, however either ends.
 */
public final class SecretFile {

    /** Where the program finds it. */
    public static final String PATH = "/proc/self/fd/3";

    /** The shell makes the file, not the JVM, which may be killed before there is a shell that removes its name. */
    private static final String SCRIPT =
            "umask 077 && set -C && exec 3>\"$1\" && rm \"$1\" && set +C && cat >&3 && shift && exec \"$@\"";

    private static final SecureRandom RANDOM = new SecureRandom();

    private SecretFile() {}

    /** Runs a program as {@link Program#run} does. */
    public static Subprocess run(
            ServerUser user,
            Duration timeout,
            Map<String, String> environment,
            String secret,
            Consumer<String> watcher,
            String... command)
            throws IOException {
        Path file = Path.of(PrivateDirectory.prefixFor(user) + Long.toHexString(RANDOM.nextLong()));
        List<String> all = new ArrayList<>(List.of("/bin/sh", "-c", SCRIPT, "sh", file.toString()));
        all.addAll(List.of(command));
        try {
            return Program.run(user, timeout, environment, secret, watcher, all.toArray(String[]::new));
        } finally {
            Files.deleteIfExists(file); // empty, of a shell that was killed before it removed the name
        }
    }
}
