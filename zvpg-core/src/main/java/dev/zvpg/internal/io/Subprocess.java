package dev.zvpg.internal.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A program of the system that runs in English, or has ended. Its errors are among its output, which is read whether or
 * not anybody wants it, so that it never blocks on a full pipe.
 *
 * <p>Thread-safe; one thread waits for it.
 */
public final class Subprocess implements AutoCloseable {

    /** The most of the output that is kept, in bytes, and the most that is shown while it grows: the end of it. */
    private static final int MOST = 1 << 25;

    private static final int MOST_SHOWN = 1 << 16;

    /** Whoever understands every line that is left does not take them for all. */
    private static final byte[] LEFT_OUT = "[what came before is left out]\n".getBytes(StandardCharsets.UTF_8);

    private static final long WATCH_MILLIS = 250;
    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final Duration GRACE = Duration.ofSeconds(5);

    /** How long one that was killed may take to end: a system call that cannot be interrupted is finished first. */
    private static final Duration END = Duration.ofSeconds(60);

    private static final Duration BUSY_PATIENCE = Duration.ofSeconds(30);
    private static final long BUSY_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** How JDKs write ETXTBSY, whose number is the same on all of Linux. */
    private static final Pattern TEXT_FILE_BUSY = Pattern.compile("error[=:] ?26\\b");

    private final String name;
    private final Process process;
    private final Output output = new Output();
    private volatile boolean complete;

    /** Reads on a thread of its own, because reading from a pipe does not notice an interrupt. */
    private final Thread reader;

    private Duration spent = Duration.ZERO;
    private long moved = System.nanoTime();

    private Subprocess(String name, Process process) {
        this.name = name;
        this.process = process;
        reader = new Thread(this::read, "zvpg-output-of-" + name);
        reader.setDaemon(true);
        reader.start();
    }

    /** What a program has printed, of which the end is had without a copy of all. */
    private static final class Output extends ByteArrayOutputStream {

        synchronized byte[] last(int most) {
            return Arrays.copyOfRange(buf, Math.max(0, count - most), count);
        }

        synchronized void append(byte[] bytes, int length) {
            if (count + length > MOST) {
                byte[] end = last(MOST / 2);
                reset();
                writeBytes(LEFT_OUT);
                writeBytes(end);
            }
            write(bytes, 0, length);
        }
    }

    /** Looks a few times a second at a program that is waited for, and throws when that is to end. */
    public interface Watcher {
        void look() throws IOException;
    }

    /** Raised when a program did nothing for long. */
    static final class StuckException extends IOException {

        private static final long serialVersionUID = 1L;

        StuckException(String message) {
            super(message);
        }
    }

    /**
     * Runs a program to its end that does what Java cannot, as {@code cp} shares blocks. How long it takes depends on
     * how much there is to do. One that spends no time on a processor for long, because its disk does not answer, is
     * given up.
     *
     * @throws InterruptedIOException when the thread is interrupted meanwhile: the program is killed and has ended
     * @throws StuckException when it did nothing for half an hour: it is killed
     * @throws IOException when there is no such program
     */
    public static Subprocess run(Path directory, List<String> command) throws IOException {
        return run(directory, command, PATIENCE);
    }

    /** The same with another bound on doing nothing. */
    static Subprocess run(Path directory, List<String> command, Duration patience) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        try (Subprocess running = start(command.get(0), builder, "")) {
            return running.await(() -> {
                if (running.idleNanos() > patience.toNanos()) {
                    throw new StuckException(running.name + " has done nothing for " + patience + " and was killed; "
                            + "see whether the disk that holds " + directory + " still answers, and try again");
                }
            });
        }
    }

    /**
     * Starts a program.
     *
     * @param name what messages call it
     * @param input what it reads, at most what fits into a pipe: 64 KB
     * @throws IOException when it cannot be executed
     */
    public static Subprocess start(String name, ProcessBuilder builder, String input) throws IOException {
        if (input.isEmpty()) {
            builder.redirectInput(Path.of("/dev/null").toFile());
        }
        Process process = open(builder);
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // it has ended without reading, and its output says why
        }
        return new Subprocess(name, process);
    }

    /** Starts a program that is talked to. */
    public static Process open(ProcessBuilder builder) throws IOException {
        builder.redirectErrorStream(true).environment().put("LC_ALL", "C");
        long patience = System.nanoTime() + BUSY_PATIENCE.toNanos();
        while (true) {
            try {
                return builder.start();
            } catch (IOException e) {
                // a program that was written a moment ago may still be open in a process that another thread has just
                // forked and that has not come to its exec: it inherits every file until then
                if (!TEXT_FILE_BUSY.matcher(String.valueOf(e.getMessage())).find() || System.nanoTime() > patience) {
                    throw e;
                }
                Uninterrupted.call(() -> {
                    Uninterrupted.park(BUSY_PARK_NANOS);
                    return builder;
                });
            }
        }
    }

    /**
     * Waits for its end.
     *
     * @return this
     * @throws InterruptedIOException when the thread is interrupted meanwhile; it may wait again, or close it
     * @throws IOException when the watcher throws that
     */
    public Subprocess await(Watcher watcher) throws IOException {
        try {
            while (!process.waitFor(WATCH_MILLIS, TimeUnit.MILLISECONDS)) {
                watcher.look();
            }
            reader.join(GRACE.toMillis()); // no longer: what it has started may still hold the pipe
            return this;
        } catch (InterruptedException e) {
            InterruptedIOException interruption = new InterruptedIOException(name + " was interrupted");
            interruption.initCause(e);
            throw interruption;
        }
    }

    private long idleNanos() {
        Duration now = process.info().totalCpuDuration().orElse(Duration.ZERO);
        if (!now.equals(spent)) {
            spent = now;
            moved = System.nanoTime();
        }
        return System.nanoTime() - moved;
    }

    /** How it ended. */
    public int exitCode() {
        return process.exitValue();
    }

    /** Whether it said at its end that all went well. */
    public boolean ok() {
        return exitCode() == 0;
    }

    /** What it has printed. */
    public String output() {
        return output(StandardCharsets.UTF_8);
    }

    public String output(Charset charset) {
        return new String(output.last(MOST), charset);
    }

    /** The same as it is, where it is no text. */
    public byte[] bytes() {
        return output.last(MOST);
    }

    /** The last of it, which is all that is needed to see how far it has come. */
    public String lastOutput() {
        return new String(output.last(MOST_SHOWN), StandardCharsets.UTF_8);
    }

    /**
     * Whether that is all that the program itself has printed. Where somebody else still holds the pipe, that may not be
     * known: it is when Java has emptied the pipe at the program's end, before we read from it again.
     */
    public boolean isComplete() {
        return complete;
    }

    public List<String> lines() {
        return output().lines().toList();
    }

    /** The last lines that are not blank. */
    public List<String> lastLines(int most) {
        List<String> lines =
                lastOutput().lines().filter(line -> !line.isBlank()).toList();
        return lines.subList(Math.max(0, lines.size() - most), lines.size());
    }

    /** Ends it and what it has started, unless it has ended by itself; no interrupt cuts that short. */
    @Override
    public void close() {
        if (!process.isAlive()) {
            return;
        }
        // asked first, so that it can clean up: initdb removes what it made
        List<ProcessHandle> children = process.descendants().toList();
        process.toHandle().destroy(); // which leaves the pipe open for its last words
        awaitEnd(GRACE);
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        awaitEnd(END);
    }

    private void awaitEnd(Duration most) {
        Uninterrupted.call(() -> process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS));
    }

    private void read() {
        byte[] buffer = new byte[8192];
        try (InputStream in = process.getInputStream()) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                output.append(buffer, n);
            }
            complete = true;
        } catch (IOException e) {
            // it was killed; what it printed until then is kept
        }
    }
}
