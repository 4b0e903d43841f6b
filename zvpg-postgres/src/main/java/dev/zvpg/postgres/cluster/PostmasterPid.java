package dev.zvpg.postgres.cluster;

import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.os.OsProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The lock file of a data directory, {@code postmaster.pid}, as far as it is written: PostgreSQL adds line after line
 * while it starts. See {@code src/include/utils/pidfile.h} for the lines.
 *
 * @param startedAt seconds since 1970, 0 while not written
 * @param port 0 while not written
 * @param socketDirectory empty while not written
 * @param status {@code starting}, {@code ready}, {@code standby} or {@code stopping}; empty while not written
 */
public record PostmasterPid(
        long pid, String dataDirectory, long startedAt, int port, String socketDirectory, String status) {

    public static final String FILE = "postmaster.pid";

    private static final int MOST_BYTES = 1 << 16;

    /** How far the clock of the file and that of the process may differ, both being cut to whole seconds or less. */
    private static final Duration CLOCK_SLACK = Duration.ofSeconds(3);

    /** Reads it; empty when there is none, or not even its first line. */
    public static Optional<PostmasterPid> read(Path dataDirectory) {
        List<String> lines;
        try (OpenDirectory directory = OpenDirectory.openTrusted(dataDirectory)) {
            // bounded, and nothing but a regular file: whoever owns the directory may have put anything there
            String text = new String(directory.read(Path.of(FILE), MOST_BYTES), StandardCharsets.UTF_8);
            // a line without its end is still being written
            lines = text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw Failures.of("cannot read " + dataDirectory.resolve(FILE), e);
        }
        return number(lines, 0)
                // a standalone backend (postgres --single) writes its number negated
                .map(pid -> new PostmasterPid(
                        Math.abs(pid),
                        line(lines, 1),
                        number(lines, 2).orElse(0L),
                        number(lines, 3).orElse(0L).intValue(),
                        line(lines, 4),
                        line(lines, 7)));
    }

    /** Whether there is one, be it written or not. */
    public static boolean exists(Path dataDirectory) {
        return Files.exists(dataDirectory.resolve(FILE));
    }

    public static void delete(Path dataDirectory) {
        try {
            Files.deleteIfExists(dataDirectory.resolve(FILE));
        } catch (IOException e) {
            throw Failures.of("cannot remove the stale " + FILE + " in " + dataDirectory, e);
        }
    }

    public boolean isReady() {
        return status.equals("ready") || status.equals("standby");
    }

    /**
     * The process, when it lives and really is the server of this data directory, and not one that inherited the
     * number, nor the server of the directory that this one was copied from. One that was just killed is waited for:
     * whoever starts a server then would take it for one that runs.
     */
    public Optional<OsProcess> server(Path dataDirectory) {
        return OsProcess.find(pid)
                .filter(process -> process.workingDirectory()
                        // a postmaster works in its data directory for all its life
                        .map(directory -> (isSame(directory, dataDirectory)
                                        || isSame(process.asSeenByIt(directory.toString()), dataDirectory))
                                && process.runsPostgres())
                        .orElseGet(() -> isSame(Path.of(this.dataDirectory), dataDirectory) && beganThen()))
                .filter(process -> !process.isGoneAtOnce());
    }

    private boolean beganThen() {
        return ProcessHandle.of(pid)
                .flatMap(handle -> handle.info().startInstant())
                .map(began -> Duration.between(began, Instant.ofEpochSecond(startedAt))
                                .abs()
                                .compareTo(CLOCK_SLACK)
                        <= 0)
                .orElse(true);
    }

    private static boolean isSame(Path one, Path other) {
        try {
            return Files.isSameFile(one, other);
        } catch (IOException e) {
            return false;
        }
    }

    private static String line(List<String> lines, int index) {
        return index < lines.size() ? lines.get(index).trim() : "";
    }

    private static Optional<Long> number(List<String> lines, int index) {
        String line = line(lines, index);
        return line.matches("-?\\d{1,18}") ? Optional.of(Long.valueOf(line)) : Optional.empty();
    }
}
