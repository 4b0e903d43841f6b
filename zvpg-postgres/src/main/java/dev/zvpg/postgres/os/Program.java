package dev.zvpg.postgres.os;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.error.ServerException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Runs a short program to its end, in English, without the {@code PG…} variables of whoever started the JVM, and
 * collects what it prints. Another user's program gets of the JVM's environment only what is no secret.
 */
public final class Program {

    /** How many of the last lines of what a program said go into an exception. */
    public static final int LINES = 20;

    /** The most of a program's output that is kept, in bytes. */
    private static final int OUTPUT_LIMIT = 64 * 1024;

    /** What another user's programs get of the JVM's environment: nothing of it is a secret. */
    private static final Set<String> KEPT = Set.of("PATH", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH");

    /** How shells and other starters of programs end that could not run them, and how the dynamic loader ends. */
    private static final int NOT_RUN = 127;

    private static final long WATCH_MILLIS = 250;
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final Duration BUSY_PATIENCE = Duration.ofSeconds(30);
    private static final long BUSY_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** How JDKs write ETXTBSY, whose number is the same on all of Linux. */
    private static final Pattern TEXT_FILE_BUSY = Pattern.compile("error[=:] ?26\\b");

    private Program() {}

    /** How a program ended, and what it printed to both of its outputs. */
    public record Result(int exitCode, String output) {

        public boolean ok() {
            return exitCode == 0;
        }

        public List<String> lastLines(int most) {
            List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
            return lines.subList(Math.max(0, lines.size() - most), lines.size());
        }

        public ServerException failure(String what) {
            return new ServerException(
                    what + ": exit code " + exitCode, null, OptionalInt.of(exitCode), lastLines(LINES));
        }
    }

    /**
     * Runs a program. An interrupted thread kills it and its children, sets its flag again and throws.
     *
     * @throws IOException when it cannot be executed
     * @throws ConfigurationException when it needs a library or a loader that this system does not have
     * @throws ServerException when it was interrupted or took too long
     */
    public static Result run(ServerUser user, Duration timeout, Map<String, String> environment, String... command)
            throws IOException {
        return run(user, timeout, environment, "", output -> {}, command);
    }

    /**
     * The same for a program that reads something, or takes long enough to be watched.
     *
     * @param input what the program reads, at most what fits into a pipe: 64 KB
     * @param watcher shown what was printed so far, a few times a second, on this thread
     */
    public static Result run(
            ServerUser user,
            Duration timeout,
            Map<String, String> environment,
            String input,
            Consumer<String> watcher,
            String... command)
            throws IOException {
        Process process = start(user, environment, input, command);
        Drain drain = new Drain(process.getInputStream());
        drain.start();
        try {
            long deadline = System.nanoTime() + timeout.toNanos();
            while (!process.waitFor(WATCH_MILLIS, TimeUnit.MILLISECONDS)) {
                watcher.accept(drain.text());
                if (System.nanoTime() - deadline > 0) {
                    throw new ServerException(tooLong(timeout, command));
                }
            }
            drain.join(GRACE.toMillis());
            return result(process, drain, command);
        } catch (InterruptedException e) {
            kill(process);
            Thread.currentThread().interrupt();
            throw new OperationInterruptedException(name(command) + " was interrupted, and killed", e);
        } finally {
            if (process.isAlive()) {
                kill(process); // it took too long, or the watcher did not like what it saw
            }
        }
    }

    /**
     * The same for a step of milliseconds that must not be left half-done: a thread that is interrupted meanwhile, or
     * was before, keeps its flag for whoever asks next.
     */
    public static Result runToTheEnd(
            ServerUser user, Duration timeout, Map<String, String> environment, String... command) throws IOException {
        boolean interrupted = Thread.interrupted();
        Process process = start(user, environment, "", command);
        Drain drain = new Drain(process.getInputStream());
        drain.start();
        try {
            while (true) {
                try {
                    return await(process, drain, timeout, command);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static Process start(ServerUser user, Map<String, String> environment, String input, String... command)
            throws IOException {
        List<String> words = new ArrayList<>(user.commandPrefix());
        words.addAll(List.of(command));
        // the working directory of the JVM may be one that the server's user cannot enter
        ProcessBuilder builder =
                new ProcessBuilder(words).directory(Path.of("/").toFile()).redirectErrorStream(true);
        if (input.isEmpty()) {
            builder.redirectInput(Path.of("/dev/null").toFile());
        }
        clean(builder.environment(), user);
        builder.environment().putAll(environment);
        return start(builder, input);
    }

    /** Starts a program that goes on running, and is talked to. */
    public static Process open(ServerUser user, String... command) throws IOException {
        List<String> words = new ArrayList<>(user.commandPrefix());
        words.addAll(List.of(command));
        ProcessBuilder builder =
                new ProcessBuilder(words).directory(Path.of("/").toFile()).redirectErrorStream(true);
        clean(builder.environment(), user);
        return start(builder, "");
    }

    private static Process start(ProcessBuilder builder, String input) throws IOException {
        long patience = System.nanoTime() + BUSY_PATIENCE.toNanos();
        while (true) {
            try {
                return feed(builder.start(), input);
            } catch (IOException e) {
                // a program that was written a moment ago may still be open in a process that another thread has just
                // forked and that has not come to its exec: it inherits every file until then
                Loading.requireInterpreter(Path.of(builder.command().get(0)));
                if (!TEXT_FILE_BUSY.matcher(String.valueOf(e.getMessage())).find() || System.nanoTime() > patience) {
                    throw e;
                }
                LockSupport.parkNanos(BUSY_PARK_NANOS);
            }
        }
    }

    private static Process feed(Process process, String input) {
        if (!input.isEmpty()) {
            try (OutputStream in = process.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // it has ended without reading, and its output says why
            }
        }
        return process;
    }

    private static Result await(Process process, Drain drain, Duration timeout, String... command)
            throws InterruptedException {
        if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            kill(process);
            throw new ServerException(tooLong(timeout, command));
        }
        drain.join(GRACE.toMillis());
        return result(process, drain, command);
    }

    private static Result result(Process process, Drain drain, String... command) {
        Result result = new Result(process.exitValue(), drain.text());
        if (result.exitCode == NOT_RUN) {
            Loading.require(command[0], result.output);
            for (String word : command) { // one of them is the program that a shell was to run
                Loading.requireInterpreter(Path.of(word));
            }
        }
        return result;
    }

    private static String tooLong(Duration timeout, String... command) {
        return name(command) + " did not end within " + timeout + " and was killed";
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
        environment.put("LC_ALL", "C");
    }

    private static void kill(Process process) {
        // asked first, so that it can clean up: initdb removes what it made
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        boolean interrupted = false;
        try {
            process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads on even when nobody wants more, so that the program never blocks on a full pipe. */
    private static final class Drain extends Thread {

        private final InputStream in;
        private final StringBuilder text = new StringBuilder();

        Drain(InputStream in) {
            super("zvpg-program-output");
            setDaemon(true);
            this.in = in;
        }

        @Override
        public void run() {
            byte[] buffer = new byte[8192];
            try (in) {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    synchronized (text) {
                        text.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
                        if (text.length() > OUTPUT_LIMIT) {
                            text.delete(0, text.length() - OUTPUT_LIMIT);
                        }
                    }
                }
            } catch (IOException e) {
                // the program was killed; what it printed until then is kept
            }
        }

        String text() {
            synchronized (text) {
                return text.toString();
            }
        }
    }
}
