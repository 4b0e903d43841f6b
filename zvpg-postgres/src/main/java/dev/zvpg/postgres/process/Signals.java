package dev.zvpg.postgres.process;

import dev.zvpg.internal.io.Subprocess;
import dev.zvpg.postgres.install.Installation;
import dev.zvpg.postgres.os.OsProcess;
import dev.zvpg.postgres.os.Program;
import dev.zvpg.postgres.os.ServerUser;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** Who sends signals to a server's main process: Java itself knows only two. Thread-safe. */
public interface Signals {

    /** Sends one, unless the process has ended. */
    void send(String signal, OsProcess process) throws IOException;

    /** Says that the process has ended, and that nobody will send it anything more. */
    default void ended(OsProcess process) {}

    /**
     * {@code pg_ctl kill}, and not {@code pg_ctl stop}: the latter ends whoever is in {@code postmaster.pid} by now.
     */
    record PgCtl(Installation installation, ServerUser user) implements Signals {

        private static final Duration TIMEOUT = Duration.ofSeconds(30);

        @Override
        public void send(String signal, OsProcess process) throws IOException {
            Subprocess result = Program.runToTheEnd(
                    user,
                    TIMEOUT,
                    Map.of(),
                    installation.program("pg_ctl"),
                    "kill",
                    signal,
                    Long.toString(process.pid()));
            if (!result.ok() && process.isAlive()) {
                throw Program.failure("pg_ctl cannot send SIG" + signal + " to process " + process.pid(), result);
            }
        }
    }
}
