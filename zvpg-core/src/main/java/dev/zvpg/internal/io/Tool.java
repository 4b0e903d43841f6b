package dev.zvpg.internal.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program of the system that does what Java cannot: {@code cp} shares blocks, {@code sync} writes a whole file
 * system.
 *
 * <p>How long it takes depends on how much there is to do. One that spends no time on a processor for long, because its
 * disk does not answer, is given up.
 *
 * <p>Thread-safe.
 */
public final class Tool {

    private static final Duration PATIENCE = Duration.ofMinutes(30);

    /** How long one that was killed may take to end: a system call that cannot be interrupted is finished first. */
    private static final long END_SECONDS = 60;

    private Tool() {}

    /**
     * How a program ended.
     *
     * @param exitCode 0 when it says that all went well
     * @param lines what it wrote, errors included
     */
    public record Result(int exitCode, List<String> lines) {}

    /** Raised when a program did nothing for long. */
    static final class StuckException extends IOException {

        private static final long serialVersionUID = 1L;

        StuckException(String message) {
            super(message);
        }
    }

    /**
     * Runs a program to its end, with messages in English.
     *
     * @throws InterruptedIOException when the thread is interrupted meanwhile: the program is killed and has ended
     * @throws StuckException when it did nothing for half an hour: it is killed
     * @throws IOException when there is no such program
     */
    public static Result run(Path directory, List<String> command) throws IOException {
        return run(directory, command, PATIENCE);
    }

    /** The same with another bound on doing nothing. */
    public static Result run(Path directory, List<String> command, Duration patience) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        process.getOutputStream().close();
        Output output = new Output(process.getInputStream(), command.get(0));
        try {
            if (!ends(process, patience)) {
                end(process);
                throw new StuckException(command.get(0) + " has done nothing for " + patience + " and was killed; see "
                        + "whether the disk that holds " + directory + " still answers, and try again");
            }
            output.join(TimeUnit.SECONDS.toMillis(END_SECONDS));
            return new Result(process.exitValue(), output.lines());
        } catch (InterruptedException e) {
            end(process);
            InterruptedIOException interruption = new InterruptedIOException(command.get(0) + " was interrupted");
            interruption.initCause(e);
            throw interruption;
        }
    }

    private static boolean ends(Process process, Duration patience) throws InterruptedException {
        Duration spent = Duration.ZERO;
        long moved = System.nanoTime();
        while (!process.waitFor(1, TimeUnit.SECONDS)) {
            Duration now = process.info().totalCpuDuration().orElse(Duration.ZERO);
            if (!now.equals(spent)) {
                spent = now;
                moved = System.nanoTime();
            } else if (System.nanoTime() - moved > patience.toNanos()) {
                return false;
            }
        }
        return true;
    }

    private static void end(Process process) {
        process.destroyForcibly();
        process.onExit()
                .completeOnTimeout(process, END_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    /** Reads on its own thread, because reading from a pipe does not notice an interrupt. */
    private static final class Output extends Thread {

        private final InputStream stream;
        private volatile String text = "";

        Output(InputStream stream, String name) {
            super("zvpg-output-of-" + name);
            this.stream = stream;
            setDaemon(true);
            start();
        }

        @Override
        public void run() {
            try (stream) {
                text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                text = "its output could not be read: " + e.getMessage();
            }
        }

        List<String> lines() {
            return text.lines().toList();
        }
    }
}
