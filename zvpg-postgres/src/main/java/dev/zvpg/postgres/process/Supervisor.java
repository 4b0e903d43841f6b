package dev.zvpg.postgres.process;

import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.error.ServerException;
import dev.zvpg.internal.io.Uninterrupted;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.os.OsProcess;
import dev.zvpg.postgres.os.Program;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.os.Shell;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The parent of all attached servers of this JVM: a shell that reads what to do from a pipe whose only other end is
 * this JVM's. When the JVM ends, however it does, the pipe does too, and the shell ends the servers and itself. When
 * the shell is killed, the system kills the servers, where {@code setpriv} can arrange that.
 *
 * <p>It runs as the server's user, in a session of its own, so no key pressed at the JVM's terminal reaches it or a
 * server.
 *
 * <p>A shell that does not answer, because somebody has stopped it, makes a start fail and nobody wait for ever. The
 * server whose number it tells too late is ended then.
 *
 * <p>Thread-safe.
 */
public final class Supervisor implements Signals {

    private static final Map<ServerUser, Supervisor> RUNNING = new HashMap<>();

    /** A server has this long to end at SIGQUIT, which takes it milliseconds; then it is killed. In seconds. */
    private static final String GRACE = "0.4";

    private static final String REPLY = "pid ";

    /** A shell of its own session, where there is a program for that. */
    public static final String SHELL =
            "if command -v setsid >/dev/null 2>&1; then exec setsid /bin/sh; else exec /bin/sh; fi";

    /**
     * What the shell knows how to do. It waits for nothing but ended children, so every command is done at once. A
     * child that is not waited for keeps its number; the look at its parent is for shells that wait on their own
     * accord.
     */
    private static final String SCRIPT =
            """
            trap '' HUP INT TERM PIPE
            servers=
            if setpriv --pdeathsig KILL -- true >/dev/null 2>&1
            then with='setpriv --pdeathsig KILL --'
            else with=
            fi
            start() {
                log=$1
                held=$2
                shift 2
                [ -r "$held" ] || held=/dev/null
                {
                    $with "$@" </dev/null >>"$log" 2>&1 &
                    echo "pid $!"
                    servers="$servers $!"
                    HOLD
                } DESCRIPTOR<"$held"
            }
            ended() {
                wait "$1" 2>/dev/null
                others=
                for server in $servers
                do [ "$server" = "$1" ] || others="$others $server"
                done
                servers=$others
            }
            mine() {
                [ -r "/proc/$$/stat" ] || return 0
                read -r pid name state parent rest <"/proc/$1/stat" && [ "$parent" = "$$" ]
            } 2>/dev/null
            end() {
                left=
                for server in $servers
                do if mine "$server"; then left="$left $server"; fi
                done
                if [ -z "$left" ]; then exit 0; fi
                kill -QUIT $left 2>/dev/null
                ( sleep GRACE; kill -KILL $left ) >/dev/null 2>&1 &
                last=$!
                wait $left
                kill "$last" 2>/dev/null
            }
            trap end EXIT
            """.replace("GRACE", GRACE).replace("HOLD", ServerLock.HOLD).replace("DESCRIPTOR", ServerLock.DESCRIPTOR);

    /** How long a start may wait for the shell, and for the starts of others; it takes milliseconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final long POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    private final Duration patience;
    private final Process process;
    private final Writer commands;
    private final BufferedReader replies;
    private final ReentrantLock starting = new ReentrantLock();

    /** Whether there is a start that the shell has not answered yet. Only used by whoever holds the lock. */
    private boolean owed;

    public Supervisor(ServerUser user, Duration patience) throws IOException {
        this(user, List.of(), patience);
    }

    private Supervisor(ServerUser user, List<String> before, Duration patience) throws IOException {
        this.patience = patience;
        process = Program.openBehind(before, user, "/bin/sh", "-c", SHELL);
        commands = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        replies = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        say(SCRIPT);
    }

    /** The one of this JVM and that user; a new one when the last was killed. */
    public static Supervisor of(ServerUser user) throws IOException {
        synchronized (RUNNING) {
            Supervisor running = RUNNING.get(user);
            if (running == null || !running.process.isAlive()) {
                running = new Supervisor(user, PATIENCE);
                RUNNING.put(user, running);
            }
            return running;
        }
    }

    /**
     * One in another namespace, which it has entered when this returns.
     *
     * @param before what comes before its command, and runs as the JVM's user
     */
    public static Supervisor in(ServerUser user, List<String> before) throws IOException {
        Supervisor supervisor = new Supervisor(user, before, PATIENCE);
        boolean entered = false;
        try {
            Path none = Path.of("/dev/null");
            supervisor.tell("ended " + supervisor.start(List.of("true"), none, none) + "\n");
            entered = true;
            return supervisor;
        } catch (ServerException e) {
            throw new IOException(e.problem(), e);
        } finally {
            if (!entered) {
                supervisor.release();
            }
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Ends the shell, and with it all servers that still run. */
    public void release() throws IOException {
        commands.close();
    }

    /**
     * Starts a program as a child, and returns its number. It may have ended already.
     *
     * @param held what it holds a lock on while it runs, see {@link ServerLock}
     */
    public int start(List<String> command, Path held, Path log) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            if (!starting.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw silent();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationInterruptedException("interrupted while a scratch server was to be started", e);
        }
        try {
            if (owed) {
                int late = answer(deadline); // nobody waits for that server any more
                say("kill -KILL " + late + "; ended " + late + "\n");
            }
            say(start(log, held, command));
            owed = true;
            return answer(deadline);
        } finally {
            starting.unlock();
        }
    }

    private static String start(Path log, Path held, List<String> command) {
        return "start " + Shell.quote(log.toString()) + " " + Shell.quote(held.toString()) + " "
                + command.stream().map(Shell::quote).collect(Collectors.joining(" ")) + "\n";
    }

    private int answer(long deadline) throws IOException {
        StringBuilder noise = new StringBuilder();
        while (true) {
            String line = line(deadline);
            if (line == null) {
                throw new ServerException(
                        "the shell that starts scratch servers has ended, and all of them with it: " + noise,
                        "try again");
            }
            if (line.startsWith(REPLY)) {
                owed = false;
                return Integer.parseInt(line.substring(REPLY.length()));
            }
            noise.append(line).append('\n'); // some shells tell how a child ended
        }
    }

    /** The next one, which the shell writes as a whole; null when it has ended. */
    private @Nullable String line(long deadline) throws IOException {
        Uninterrupted.call(() -> {
            while (!replies.ready() && process.isAlive()) {
                if (System.nanoTime() - deadline > 0) {
                    throw silent();
                }
                Uninterrupted.park(POLL_NANOS);
            }
            return process;
        });
        return replies.readLine();
    }

    private ServerException silent() {
        return new ServerException(
                "the shell that starts scratch servers (process " + pid() + ") has not answered for " + patience
                        + ": it was stopped, or the machine is overloaded",
                "let it go on with kill -CONT " + pid() + ", or end it and all scratch servers with kill -KILL "
                        + pid());
    }

    @Override
    public void send(String signal, OsProcess server) throws IOException {
        if (server.isAlive()) {
            tell("kill -" + signal + " " + server.pid() + "\n");
        }
    }

    @Override
    public void ended(OsProcess server) {
        try {
            tell("ended " + server.pid() + "\n");
        } catch (IOException e) {
            throw Failures.of("cannot write to the shell that starts scratch servers", e);
        }
    }

    /** Servers do not survive the shell, so there is nothing to be said to a dead one. */
    private void tell(String command) throws IOException {
        try {
            say(command);
        } catch (IOException e) {
            if (process.isAlive()) {
                throw e;
            }
        }
    }

    private synchronized void say(String text) throws IOException {
        commands.write(text);
        commands.flush();
    }
}
