package dev.zvpg.postgres.os;

import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.Subprocess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Gives a program a file with a secret that has lost its name before the program begins: it is gone with the program,
 * and with the machine, however either ends, and whatever becomes of this JVM.
 */
public final class SecretFile {

    /** Where the program finds it. */
    public static final String PATH = "/proc/self/fd/3";

    /** Reads to the end, also when the JVM is killed meanwhile, and removes the file with its directory. */
    private static final String SCRIPT =
            "umask 077 && cat >\"$1/secret\" && exec 3<\"$1/secret\" && rm -r \"$1\" && shift && exec \"$@\"";

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
        Path directory = PrivateDirectory.make(user);
        try {
            user.own(directory);
            List<String> all = new ArrayList<>(List.of("/bin/sh", "-c", SCRIPT, "sh", directory.toString()));
            all.addAll(List.of(command));
            return Program.run(user, timeout, environment, secret, watcher, all.toArray(String[]::new));
        } finally {
            OpenDirectory.deleteTree(directory); // when there was no shell to do it
        }
    }
}
