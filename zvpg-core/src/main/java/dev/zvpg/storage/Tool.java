package dev.zvpg.storage;

import dev.zvpg.internal.io.Uninterrupted;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * A program of the system that does what Java cannot: {@code cp} shares blocks, {@code sync} writes a whole file system.
 *
 * <p>Thread-safe.
 */
final class Tool {

    private Tool() {}

    /**
     * How a program ended.
     *
     * @param exitCode 0 when it says that all went well
     * @param lines what it wrote, errors included
     */
    record Result(int exitCode, List<String> lines) {}

    /**
     * Runs a program to its end, with messages in English.
     *
     * @throws InterruptedIOException when the thread is interrupted meanwhile: the program is killed and has ended
     * @throws IOException when there is no such program
     */
    static Result run(Path directory, List<String> command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        process.getOutputStream().close();
        Output output = new Output(process.getInputStream(), command.get(0));
        try {
            int exitCode = process.waitFor();
            output.join();
            return new Result(exitCode, output.lines());
        } catch (InterruptedException e) {
            process.destroyForcibly();
            process.onExit().join(); // a system call that cannot be interrupted is finished first
            Uninterrupted.join(output);
            InterruptedIOException interruption = new InterruptedIOException(command.get(0) + " was interrupted");
            interruption.initCause(e);
            throw interruption;
        }
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
