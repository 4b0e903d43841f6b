package dev.zvpg.postgres.os;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.error.ServerException;
import dev.zvpg.internal.io.Subprocess;
import dev.zvpg.internal.io.Uninterrupted;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Runs a short program as a user, without the {@code PG…} variables of whoever started the JVM. Another user's program
 * gets of the JVM's environment only what is no secret.
 */
public final class Program {

    /** How many of the last lines of what a program said go into an exception. */
    public static final int LINES = 20;

    /** What another user's programs get of the JVM's environment: nothing of it is a secret. */
    private static final Set<String> KEPT = Set.of("PATH", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH");

    /** How shells and other starters of programs end that could not run them, and how the dynamic loader ends. */
    private static final int NOT_RUN = 127;

    private Program() {}

    /** The exception for a program that failed. */
    public static ServerException failure(String what, Subprocess ended) {
        int exitCode = ended.exitCode();
        return new ServerException(
                what + ": exit code " + exitCode, null, OptionalInt.of(exitCode), ended.lastLines(LINES));
    }

    /**
     * Runs a program. An interrupted thread kills it and its children, sets its flag again and throws.
     *
     * @throws IOException when it cannot be executed
     * @throws ConfigurationException when it needs a library or a loader that this system does not have
     * @throws OperationInterruptedException when it was interrupted
     * @throws ServerException when it took too long
     */
    public static Subprocess run(ServerUser user, Duration timeout, Map<String, String> environment, String... command)
            throws IOException {
        return run(user, timeout, environment, "", output -> {}, command);
    }

    /**
     * The same for a program that reads something, or takes long enough to be watched.
     *
     * @param input what the program reads, at most what fits into a pipe: 64 KB
     * @param watcher shown the last of what was printed so far, a few times a second, on this thread
     */
    public static Subprocess run(
            ServerUser user,
            Duration timeout,
            Map<String, String> environment,
            String input,
            Consumer<String> watcher,
            String... command)
            throws IOException {
        try (Subprocess running = start(user, environment, input, command)) {
            return await(running, timeout, watcher, command);
        } catch (InterruptedIOException e) {
            Thread.currentThread().interrupt();
            throw new OperationInterruptedException(name(command) + " was interrupted, and killed", e);
        }
    }

    /**
     * The same for a step of milliseconds that must not be left half-done: a thread that is interrupted meanwhile, or
     * was before, keeps its flag for whoever asks next.
     */
    public static Subprocess runToTheEnd(
            ServerUser user, Duration timeout, Map<String, String> environment, String... command) throws IOException {
        try (Subprocess running = start(user, environment, "", command)) {
            return Uninterrupted.call(() -> await(running, timeout, output -> {}, command));
        }
    }

    /** Starts a program that goes on running, and is talked to. */
    public static Process open(ServerUser user, String... command) throws IOException {
        return Subprocess.open(builder(List.of(), user, command));
    }

    /** The same behind a command of the JVM's own user that becomes it, such as one that enters a namespace. */
    public static Process openBehind(List<String> before, ServerUser user, String... command) throws IOException {
        return Subprocess.open(builder(before, user, command));
    }

    private static Subprocess start(ServerUser user, Map<String, String> environment, String input, String... command)
            throws IOException {
        ProcessBuilder builder = builder(List.of(), user, command);
        builder.environment().putAll(environment);
        try {
            return Subprocess.start(name(command), builder, input);
        } catch (IOException e) {
            Loading.requireInterpreter(Path.of(builder.command().get(0)));
            throw e;
        }
    }

    private static ProcessBuilder builder(List<String> before, ServerUser user, String... command) {
        List<String> words = new ArrayList<>(before);
        words.addAll(user.commandPrefix());
        words.addAll(List.of(command));
        // the working directory of the JVM may be one that the server's user cannot enter
        ProcessBuilder builder =
                new ProcessBuilder(words).directory(Path.of("/").toFile());
        clean(builder.environment(), user);
        return builder;
    }

    private static Subprocess await(Subprocess running, Duration timeout, Consumer<String> watcher, String... command)
            throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        running.await(() -> {
            watcher.accept(running.lastOutput());
            if (System.nanoTime() - deadline > 0) {
                throw new ServerException(name(command) + " did not end within " + timeout + " and was killed");
            }
        });
        if (running.exitCode() == NOT_RUN) {
            Loading.require(command[0], running.output());
            for (String word : command) { // one of them is the program that a shell was to run
                Loading.requireInterpreter(Path.of(word));
            }
        }
        return running;
    }

    private static String name(String... command) {
        return String.valueOf(Path.of(command[0]).getFileName());
    }

    private static void clean(Map<String, String> environment, ServerUser user) {
        if (user.switched()) {
            // what this JVM was told is not for another user, who reads it in /proc and may be reached with SQL
            environment.keySet().retainAll(KEPT);
            environment.put("USER", user.name());
            environment.put("LOGNAME", user.name());
        } else {
            // PGDATA, PGPORT, PGHOST, PGOPTIONS and all their siblings mean somebody else's server
            environment
                    .keySet()
                    .removeIf(name -> name.startsWith("PG") || name.startsWith("LC_") || name.equals("LANGUAGE"));
        }
    }
}
