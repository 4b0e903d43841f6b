package dev.zvpg.postgres.run;

import dev.zvpg.error.InUseException;
import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.error.PermissionException;
import dev.zvpg.error.ServerException;
import dev.zvpg.internal.io.Uninterrupted;
import dev.zvpg.postgres.cluster.Cluster;
import dev.zvpg.postgres.cluster.PostmasterPid;
import dev.zvpg.postgres.cluster.Tablespaces;
import dev.zvpg.postgres.install.Installation;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.os.OsProcess;
import dev.zvpg.postgres.os.Reachability;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.process.ServerLock;
import dev.zvpg.server.Finding;
import dev.zvpg.server.Lifetime;
import dev.zvpg.server.PortTakenException;
import dev.zvpg.server.ServerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One start of one server, from the checks to the first connection; or back to nothing. */
public final class Startup {

    private final Installation installation;
    private final ServerUser user;
    private final ServerSpec spec;
    private final Path dataDirectory;
    private final Duration timeout;

    public Startup(Installation installation, ServerUser user, Duration timeout, ServerSpec spec) {
        this.installation = installation;
        this.user = user;
        this.spec = spec;
        this.dataDirectory = spec.dataDirectory().toAbsolutePath().normalize();
        this.timeout = timeout;
    }

    public LiveServer run() throws PortTakenException {
        Settings.check(installation.major(), spec.settings());
        boolean attached = spec.lifetime() == Lifetime.ATTACHED;
        if (attached) {
            Cluster.requireMajor(installation, dataDirectory); // no server ever ran on these files
        } else {
            Cluster.inspect(installation, dataDirectory);
        }
        if (!attached) {
            new CutOffLaunch(user, spec.runDirectory(), dataDirectory).await();
        }
        removeStaleLock();
        requireReachable();
        Ports.requireFree(spec.port());
        String superuser = spec.credentials().user();
        RunDirectory run = attached
                ? RunDirectory.withoutSockets(user, spec.runDirectory(), superuser)
                : RunDirectory.prepare(user, spec.runDirectory(), dataDirectory, superuser);
        boolean started = false;
        try {
            ServerLog log = ServerLog.begin(user, run.logFile());
            LiveServer server = launch(run, log);
            started = true;
            return server;
        } finally {
            if (!started) {
                run.release();
            }
        }
    }

    /**
     * PostgreSQL only asks whether a process has the number in a lock, so it would refuse to start when another process
     * has inherited it, or when it is a zombie. The new server itself may inherit it after a power cut, and a lock that
     * says "ready" would be taken for its own. A lock that the power cut left empty is refused as well. Survivors of a
     * crash that still use the files are found by PostgreSQL through their shared memory, whose key comes from the
     * directory.
     */
    private void removeStaleLock() {
        if (!PostmasterPid.exists(dataDirectory)) {
            return;
        }
        Optional<PostmasterPid> lock = PostmasterPid.read(dataDirectory);
        if (lock.flatMap(file -> file.server(dataDirectory)).isEmpty()) {
            ServerLock.requireNoneElsewhere(user, "start a server on", dataDirectory);
        }
        lock.flatMap(file -> file.server(dataDirectory)).ifPresent(server -> {
            throw new InUseException(
                    "cannot start a server on " + dataDirectory + ": one runs on it already (process " + server.pid()
                            + ", port " + lock.orElseThrow().port() + ")",
                    "stop it first");
        });
        if (lock.isEmpty()) {
            Cluster.requireNoSurvivors(dataDirectory); // perhaps somebody begins a server, and writes it in a moment
        }
        PostmasterPid.delete(dataDirectory);
    }

    /** Changes nothing; the run directory is looked at again when it is made. */
    public void requireReachable() {
        Reachability.require(user, dataDirectory, "the data directory");
        Reachability.require(user, Path.of(installation.program("postgres")), "the PostgreSQL programs");
        Reachability.require(user, spec.runDirectory().resolve("socket"), "the run directory");
        try {
            if (!user.owns(dataDirectory)) {
                throw new PermissionException(
                        "the data directory " + dataDirectory + " belongs to "
                                + Files.getOwner(dataDirectory) + ", but PostgreSQL runs as " + user.name()
                                + " and wants to own it",
                        "run chown -R " + user.name() + " " + dataDirectory);
            }
        } catch (IOException e) {
            throw Failures.of("cannot find out who owns " + dataDirectory, e);
        }
    }

    private LiveServer launch(RunDirectory run, ServerLog log) throws PortTakenException {
        // known before it begins: it may fail when there is a process already
        try (Launch launch = spec.lifetime() == Lifetime.ATTACHED
                ? new AttachedLaunch(user, installation, dataDirectory)
                : new DetachedLaunch(installation, user, dataDirectory, run)) {
            return launch(launch, run, log);
        } catch (IOException e) {
            throw Failures.of("cannot start a server on " + dataDirectory, e);
        }
    }

    private LiveServer launch(Launch launch, RunDirectory run, ServerLog log) throws PortTakenException, IOException {
        BegunServer begun = new BegunServer(user, spec.port(), dataDirectory, launch, log);
        boolean ready = false;
        try {
            int slots = Cluster.contents(dataDirectory, "pg_replslot").size();
            Map<String, String> wanted = Settings.wanted(dataDirectory, spec.original(), spec.settings());
            Tablespaces.settings(dataDirectory).forEach(wanted::putIfAbsent);
            Map<String, String> inFiles = Settings.inFiles(dataDirectory);
            wanted.putAll(LogThreshold.instead(inFiles, wanted));
            wanted.putAll(Settings.forRecovery(dataDirectory, inFiles, wanted));
            Map<String, String> settings =
                    Settings.of(installation.major(), spec.port(), run, spec.lifetime(), slots, wanted);
            if (spec.lifetime() == Lifetime.ATTACHED) {
                settings.putAll(Settings.withoutExternalPidFile(inFiles));
            }
            launch.begin(settings, log);
            OsProcess process = begun.awaitReady(timeout);
            Sessions sessions =
                    new Sessions(new Connections(spec.port(), spec.credentials()), installation.major(), dataDirectory);
            // whoever makes an attached server connects next, and needs no second proof that it answers
            List<Finding> findings = spec.lifetime() == Lifetime.DETACHED || FirstStart.isDue(dataDirectory)
                    ? connect(run, sessions, log)
                    : List.of();
            ready = true;
            return new LiveServer(
                    new ServerControl(installation, launch.signals(), process, dataDirectory, run, log),
                    sessions,
                    timeout,
                    findings);
        } finally {
            if (!ready) {
                abort(begun, launch, run, log);
            }
        }
    }

    /** Proves that it answers, and does what is left to do in a copy. */
    private List<Finding> connect(RunDirectory run, Sessions sessions, ServerLog log) throws IOException {
        try (Connection connection = sessions.open(Connections.ADMIN_DATABASE)) {
            if (Thread.currentThread().isInterrupted()) {
                throw new OperationInterruptedException(
                        "interrupted while a server started on " + dataDirectory + "; it was stopped", null);
            }
            if (!connection.isValid(0)) {
                throw new ServerException("the server on " + dataDirectory + " accepted a connection and lost it");
            }
            return FirstStart.run(dataDirectory, run, sessions, connection);
        } catch (SQLException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new OperationInterruptedException(
                        "interrupted while a server started on " + dataDirectory + "; it was stopped", e);
            }
            throw new ServerException(
                    "the server on " + dataDirectory + " started but does not let "
                            + spec.credentials().user() + " connect, and was stopped: " + e.getMessage() + "\n  "
                            + String.join("\n  ", log.lastLines()),
                    e);
        }
    }

    /** Leaves no process and no lock; a thread's interrupt flag is put aside meanwhile. */
    private void abort(BegunServer begun, Launch launch, RunDirectory run, ServerLog log) {
        Uninterrupted.call(() -> {
            begun.process()
                    .ifPresent(process -> new ServerControl(
                                    installation, launch.signals(), process, dataDirectory, run, log)
                            .stopAtOnce());
            // whoever keeps its number for it may let go
            begun.number().ifPresent(pid -> launch.signals().ended(new OsProcess(pid, 0)));
            return launch;
        });
    }
}
