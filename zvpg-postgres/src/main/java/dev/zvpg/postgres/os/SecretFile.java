package dev.zvpg.postgres.os;

import dev.zvpg.internal.io.Subprocess;
import java.io.IOException;
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
            "umask 077 && file=$(mktemp \"$1XXXXXXXXXX\") && exec 3>\"$file\" && rm \"$file\" && cat >&3 && shift && exec \"$@\"";

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
        List<String> all = new ArrayList<>(List.of("/bin/sh", "-c", SCRIPT, "sh", PrivateDirectory.prefixFor(user)));
        all.addAll(List.of(command));
        return Program.run(user, timeout, environment, secret, watcher, all.toArray(String[]::new));
    }
}
