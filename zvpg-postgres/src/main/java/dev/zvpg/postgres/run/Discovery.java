package dev.zvpg.postgres.run;

import dev.zvpg.postgres.cluster.PostmasterPid;
import dev.zvpg.postgres.install.Installation;
import dev.zvpg.postgres.os.OsProcess;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.overlay.MountedOverlay;
import dev.zvpg.postgres.process.ServerLock;
import dev.zvpg.postgres.process.Signals;
import dev.zvpg.server.Lifetime;
import dev.zvpg.server.ServerSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Finds a server that somebody started earlier, perhaps in another JVM. */
public final class Discovery {

    private Discovery() {}

    public static Optional<LiveServer> find(
            Installation installation, ServerUser user, Duration startTimeout, ServerSpec spec) {
        Path dataDirectory =
                MountedOverlay.find(spec.dataDirectory().toAbsolutePath().normalize());
        if (spec.lifetime() == Lifetime.DETACHED) {
            new CutOffLaunch(user, spec.runDirectory(), dataDirectory).await();
        }
        Optional<PostmasterPid> file = PostmasterPid.read(dataDirectory);
        Optional<OsProcess> process = file.flatMap(lock -> lock.server(dataDirectory));
        if (process.isEmpty()) {
            ServerLock.requireNoneElsewhere(user, "work on", dataDirectory);
            return Optional.empty();
        }
        // without its port it is still starting, and nobody has promised that it will succeed
        return file.filter(lock -> lock.port() > 0)
                .map(lock -> server(installation, user, startTimeout, spec, lock, process.orElseThrow()));
    }

    private static LiveServer server(
            Installation installation,
            ServerUser user,
            Duration startTimeout,
            ServerSpec spec,
            PostmasterPid file,
            OsProcess process) {
        Path dataDirectory =
                MountedOverlay.find(spec.dataDirectory().toAbsolutePath().normalize());
        RunDirectory run = RunDirectory.find(user, spec.runDirectory(), dataDirectory, file.socketDirectory());
        return new LiveServer(
                new ServerControl(
                        installation,
                        new Signals.PgCtl(installation, user),
                        process,
                        dataDirectory,
                        run,
                        new ServerLog(run.logFile(), 0)),
                new Sessions(new Connections(file.port(), spec.credentials()), installation.major(), dataDirectory),
                startTimeout,
                List.of());
    }
}
