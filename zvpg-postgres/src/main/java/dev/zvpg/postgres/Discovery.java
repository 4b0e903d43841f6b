package dev.zvpg.postgres;

import dev.zvpg.server.ServerSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Finds a server that somebody started earlier, perhaps in another JVM. */
final class Discovery {

    private Discovery() {}

    static Optional<PostgresServer> find(
            Installation installation, ServerUser user, Duration startTimeout, ServerSpec spec) {
        Path dataDirectory = spec.dataDirectory().toAbsolutePath().normalize();
        return PostmasterPid.read(dataDirectory)
                // without its port it is still starting, and nobody has promised that it will succeed
                .filter(file -> file.port() > 0)
                .flatMap(file -> file.server(dataDirectory).map(process -> {
                    RunDirectory run =
                            RunDirectory.find(user, spec.runDirectory(), dataDirectory, file.socketDirectory());
                    return new PostgresServer(
                            new ServerControl(
                                    installation,
                                    new Signals.PgCtl(installation, user),
                                    process,
                                    dataDirectory,
                                    run,
                                    new ServerLog(run.logFile(), 0)),
                            new Sessions(
                                    new Connections(file.port(), spec.credentials()),
                                    installation.major(),
                                    dataDirectory),
                            startTimeout,
                            List.of());
                }));
    }
}
