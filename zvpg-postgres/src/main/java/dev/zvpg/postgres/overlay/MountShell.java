package dev.zvpg.postgres.overlay;

import dev.zvpg.internal.io.FileOwner;
import dev.zvpg.internal.io.Uninterrupted;
import dev.zvpg.postgres.os.Program;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.os.Shell;
import dev.zvpg.postgres.process.Supervisor;
import dev.zvpg.server.OverlayRefusedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A shell in a mount namespace of its own, which mounts there what this JVM tells it to, and ends with it. Where the JVM
 * is root it is root's, and does nothing else; else it has a user namespace too, in which it may mount.
 *
 * <p>What is mounted on the machine later is mounted there too, and what is unmounted goes there, where the machine's
 * mounts are shared, as most are.
 *
 * <p>Thread-safe.
 */
final class MountShell implements AutoCloseable {

    /** Where, in the directory of an overlay, what is written to it is kept. */
    static final String KEPT = "overlay";

    /** Where, in that, the files are. */
    static final String UPPER = "upper";

    /** Where, beside them, the system does its work. */
    static final String WORK = "work";

    private static final String DONE = "done";

    private static final List<String> AS_ROOT = List.of("unshare", "--mount", "--propagation", "slave");
    private static final List<String> AS_USER =
            List.of("unshare", "--user", "--map-current-user", "--keep-caps", "--mount", "--propagation", "slave");

    /** Directories that are renamed need a note that only root can write. */
    private static final String ROOTS_OPTIONS = ",redirect_dir=on";

    private static final String USERS_OPTIONS = ",userxattr";

    /**
     * The directories are handed on as open files, because what they are called may mean something in the options of a
     * mount. {@code xino} makes a file the same one before and after it is copied. Nothing that is written has to
     * survive, so nothing is synced, where the system knows that option.
     */
    private static final String SCRIPT = """
            trap '' HUP INT TERM PIPE
            no() { echo "no $(printf %s "$1" | tr '\\n' ' ')"; }
            lay() {
                said="cannot open $1 or $2/KEPT"
                {
                    said=$(mount -t overlay -o "lowerdir=/proc/self/fd/7,upperdir=/proc/self/fd/8/UPPER,workdir=/proc/self/fd/8/WORK,xino=onOPTIONS$3" overlay "$2" 2>&1)
                } 7<"$1" 8<"$2/KEPT"
            } 2>/dev/null
            memory() {
                if said=$(mount -t tmpfs -o "size=$2,mode=700" tmpfs "$1/KEPT" 2>&1); then echo DONE; else no "$said"; fi
            }
            overlay() {
                if lay "$1" "$2" ,volatile || lay "$1" "$2" ''; then echo DONE; else no "$said"; fi
            }
            freeze() {
                if said=$(mount -o remount,bind,ro "$1" 2>&1); then echo DONE; else no "$said"; fi
            }
            end() {
                umount -l "$1" 2>/dev/null
                echo DONE
            }
            echo DONE
            """.replace("OPTIONS", FileOwner.worksAsRoot() ? ROOTS_OPTIONS : USERS_OPTIONS)
            .replace("KEPT", KEPT)
            .replace("UPPER", UPPER)
            .replace("WORK", WORK)
            .replace("DONE", DONE);

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    private final Process process;
    private final Writer commands;
    private final BufferedReader replies;

    /** Makes the namespace. */
    MountShell() throws OverlayRefusedException {
        List<String> command = new ArrayList<>(FileOwner.worksAsRoot() ? AS_ROOT : AS_USER);
        command.addAll(List.of("/bin/sh", "-c", Supervisor.SHELL));
        try {
            process = Program.open(ServerUser.current(), command.toArray(String[]::new));
        } catch (IOException e) {
            throw new OverlayRefusedException("a mount namespace needs the program unshare: " + e.getMessage(), e);
        }
        commands = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        replies = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        boolean made = false;
        try {
            tell("cannot make a mount namespace" + (FileOwner.worksAsRoot() ? "" : " as an ordinary user"), SCRIPT);
            made = true;
        } finally {
            if (!made) {
                close();
            }
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What comes before a command so that it runs in the namespace, with no right to mount there. */
    List<String> commandPrefix() {
        List<String> prefix = new ArrayList<>(List.of("nsenter", "--target", Long.toString(process.pid())));
        if (!FileOwner.worksAsRoot()) {
            prefix.addAll(List.of("--user", "--preserve-credentials"));
        }
        prefix.addAll(List.of("--mount", "--"));
        return prefix;
    }

    /** Keeps in memory what is written to an overlay that is made afterwards. */
    void memory(Path volume, long bytes) throws OverlayRefusedException {
        tell("cannot mount a file system in memory", line("memory", volume.toString(), Long.toString(bytes)));
    }

    /** Lays a volume over a tree; the directories for what is written are there. */
    void overlay(Path lower, Path volume) throws OverlayRefusedException {
        tell("cannot mount an overlay", line("overlay", lower.toString(), volume.toString()));
    }

    /** Refuses writes to one. */
    void freeze(Path volume) throws OverlayRefusedException {
        tell("cannot remount an overlay", line("freeze", volume.toString()));
    }

    /** Unmounts what was mounted last on a directory. */
    void end(Path mounted) throws OverlayRefusedException {
        tell("cannot unmount an overlay", line("end", mounted.toString()));
    }

    private static String line(String verb, String... words) {
        StringBuilder line = new StringBuilder(verb);
        for (String word : words) {
            line.append(' ').append(Shell.quote(word));
        }
        return line.append('\n').toString();
    }

    private synchronized void tell(String failure, String text) throws OverlayRefusedException {
        String reply;
        try {
            commands.write(text);
            commands.flush();
            reply = reply();
        } catch (IOException e) {
            String said = rest(); // the pipe breaks when the program ends, and what it said then says why
            reply = said.isEmpty() ? String.valueOf(e.getMessage()) : said;
        }
        if (!DONE.equals(reply)) {
            throw new OverlayRefusedException(
                    failure + ": " + reply.replaceFirst("^no ", "").strip());
        }
    }

    private String reply() throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Uninterrupted.call(() -> {
            while (!replies.ready() && process.isAlive()) {
                if (System.nanoTime() - deadline > 0) {
                    process.destroyForcibly(); // what it says later would be taken for an answer to the next
                    throw new IOException("the shell that mounts has not answered for " + PATIENCE);
                }
                Uninterrupted.park(POLL_NANOS);
            }
            return process;
        });
        @Nullable String line = replies.readLine();
        return line == null ? "the shell that mounts has ended" : line;
    }

    private String rest() {
        try {
            @Nullable String line = replies.readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            return "";
        }
    }

    /** Ends the shell; the namespace ends with the last process in it. */
    @Override
    public void close() {
        try {
            commands.close();
        } catch (IOException e) {
            process.destroyForcibly();
        }
    }
}
