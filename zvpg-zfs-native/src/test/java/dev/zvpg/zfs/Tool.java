package dev.zvpg.zfs;

import dev.zvpg.Jvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs programs, which only tests do: an administrator's commands, and a JVM of another kind. Thread-safe. */
final class Tool {

    private Tool() {}

    /** What a program wrote; a failure is an exception. */
    static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
        return output;
    }

    /** What a JVM wrote that was started with a wrapper, such as {@code setpriv}. */
    static String java(List<String> wrapper, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        return run(Jvm.wrapped(wrapper, Jvm.command(main, arguments)).toArray(String[]::new));
    }
}
