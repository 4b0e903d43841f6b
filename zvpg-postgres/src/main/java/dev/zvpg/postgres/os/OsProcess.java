package dev.zvpg.postgres.os;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A process that need not be a child of this one, told apart from a later one of the same number by the moment it
 * began.
 *
 * @param pid its number
 * @param started when it began, in the unit of the system; only good for comparing
 */
public record OsProcess(long pid, long started) {

    private static final File PROC = new File("/proc");
    private static final boolean HAS_PROC = Files.isReadable(Path.of("/proc/self/stat"));
    private static final int STATE = 0;
    private static final int FLAGS = 6;
    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;
    private static final int START_TIME = 19;

    /** The flag PF_EXITING of {@code include/linux/sched.h}. */
    private static final long EXITING = 0x4;

    /** Its memory may be much. */
    private static final Duration EXIT_PATIENCE = Duration.ofSeconds(5);

    private static final long EXIT_POLL_NANOS = 200_000;

    /** The living process of that number. */
    public static Optional<OsProcess> find(long pid) {
        if (!HAS_PROC) {
            return ProcessHandle.of(pid)
                    .filter(ProcessHandle::isAlive)
                    .map(handle -> new OsProcess(pid, started(handle)));
        }
        String[] fields = stat(pid);
        return fields.length == 0 || isDead(fields[STATE])
                ? Optional.empty()
                : Optional.of(new OsProcess(pid, Long.parseLong(fields[START_TIME])));
    }

    /**
     * The living processes of a server that work in a data directory, and not who else looks around there; none where
     * the system does not tell.
     */
    public static List<OsProcess> serverProcessesIn(Path directory) {
        // the link first: it is the cheaper question, and nearly always answers it
        return all(process -> process.worksIn(directory) && process.runsPostgres());
    }

    /** The living processes that are wanted; none where the system does not tell. */
    public static List<OsProcess> all(Predicate<OsProcess> wanted) {
        String[] names = HAS_PROC ? PROC.list() : null;
        return Stream.ofNullable(names)
                .flatMap(Arrays::stream)
                .filter(name -> Character.isDigit(name.charAt(0)))
                .map(name -> new OsProcess(Long.parseLong(name), 0))
                .filter(wanted)
                .map(process -> find(process.pid))
                .flatMap(Optional::stream)
                .toList();
    }

    /** Whether it still runs. A zombie does not: in a container there may be nobody to reap it. */
    public boolean isAlive() {
        return find(pid).filter(this::equals).isPresent();
    }

    /**
     * Whether it is about to be gone, because a signal has ended it or it has itself: it executes nothing any more, and
     * the system takes its memory and files away, one after the other. Returns when it is gone, or after 5 seconds,
     * where its last file does not let go; false then, as for one that goes on, and where the system does not tell.
     */
    public boolean isGoneAtOnce() {
        if (!HAS_PROC) {
            return false;
        }
        long deadline = System.nanoTime() + EXIT_PATIENCE.toNanos();
        while (true) {
            String[] fields = stat(pid);
            if (fields.length == 0 || isDead(fields[STATE])) {
                return true;
            }
            if ((Long.parseLong(fields[FLAGS]) & EXITING) == 0 || System.nanoTime() - deadline > 0) {
                return false;
            }
            LockSupport.parkNanos(this, EXIT_POLL_NANOS);
        }
    }

    /**
     * Whether a signal has stopped it, or somebody who looks into it, so that it does nothing until it is let go on.
     */
    public boolean isStopped() {
        String[] fields = stat(pid);
        return fields.length > 0 && (fields[STATE].equals("T") || fields[STATE].equals("t"));
    }

    /** The files that it has in its memory, as the system lists them; none when the system does not tell us. */
    public List<String> mappedFiles() {
        try {
            return Files.readAllLines(proc(pid).resolve("maps"), StandardCharsets.ISO_8859_1).stream()
                    .map(line -> line.indexOf('/') < 0 ? "" : line.substring(line.indexOf('/')))
                    .filter(name -> !name.isEmpty())
                    .distinct()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** What a path is to it: its container may have another directory there. */
    public Path asSeenByIt(String path) {
        return Path.of("/proc", Long.toString(pid), "root" + path);
    }

    /** Where it works; empty when the system does not tell us. */
    public Optional<Path> workingDirectory() {
        try {
            return HAS_PROC ? Optional.of(Files.readSymbolicLink(proc(pid).resolve("cwd"))) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Whether it works in a directory; false when the system does not tell us. */
    public boolean worksIn(Path directory) {
        return workingDirectory().filter(directory::equals).isPresent();
    }

    /** Whether it has a file open as a certain descriptor; false when the system does not tell us. */
    public boolean hasOpen(Path file, String descriptor) {
        try {
            return Files.readSymbolicLink(proc(pid).resolve("fd").resolve(descriptor))
                    .equals(file);
        } catch (IOException e) {
            return false;
        }
    }

    /** What it calls itself in lists of processes; empty when the system does not tell us. */
    public Optional<String> title() {
        try {
            String line = Files.readString(proc(pid).resolve("cmdline"), StandardCharsets.ISO_8859_1);
            return Optional.of(line.replace('\0', ' ').strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * The time that it has spent on a processor, in the unit of the system; only good for comparing. 0 when the system
     * does not tell us.
     */
    public long processorTicks() {
        String[] fields = stat(pid);
        return fields.length == 0 ? 0 : Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]);
    }

    /** Its handle, while it lives. */
    public Optional<ProcessHandle> handle() {
        return isAlive() ? ProcessHandle.of(pid) : Optional.empty();
    }

    /** Whether its program is PostgreSQL's, and not a shell's or an editor's. */
    public boolean runsPostgres() {
        try {
            String program = String.valueOf(
                    Files.readSymbolicLink(proc(pid).resolve("exe")).getFileName());
            // Linux adds a word when an upgrade has replaced it, some distributions add one of their own
            return program.contains("postgres");
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isDead(String state) {
        return state.equals("Z") || state.equals("X") || state.equals("x");
    }

    private static Path proc(long pid) {
        return Path.of("/proc", Long.toString(pid));
    }

    private static String[] stat(long pid) {
        try {
            String stat = Files.readString(proc(pid).resolve("stat"), StandardCharsets.ISO_8859_1);
            // the second field is the program's name in parentheses, and may itself contain some
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        } catch (IOException e) {
            return new String[0];
        }
    }

    private static long started(ProcessHandle handle) {
        return handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }
}
