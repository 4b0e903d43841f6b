package dev.zvpg.postgres.run;

import dev.zvpg.internal.io.NamespacePath;
import dev.zvpg.postgres.install.Installation;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.overlay.MountNamespace;
import dev.zvpg.postgres.process.ServerLock;
import dev.zvpg.postgres.process.Signals;
import dev.zvpg.postgres.process.Supervisor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The {@code postgres} program itself, as a child of the {@link Supervisor}: it ends with the JVM. */
final class AttachedLaunch implements Launch {

    private final Supervisor supervisor;
    private final Installation installation;
    private final Path dataDirectory;
    private OptionalInt pid = OptionalInt.empty();

    AttachedLaunch(ServerUser user, Installation installation, Path dataDirectory) throws IOException {
        Optional<MountNamespace> namespace = MountNamespace.of(dataDirectory);
        this.supervisor = namespace.isPresent() ? namespace.get().supervisor() : Supervisor.of(user);
        this.installation = installation;
        this.dataDirectory = NamespacePath.inside(dataDirectory);
    }

    @Override
    public void begin(Map<String, String> settings, ServerLog log) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                installation.program("postgres"),
                "-D",
                dataDirectory.toString(),
                // a line data_directory in the files of an adopted cluster would win over -D
                "-c",
                "data_directory=" + dataDirectory));
        settings.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        pid = OptionalInt.of(supervisor.start(command, ServerLock.file(dataDirectory), log.file()));
    }

    @Override
    public OptionalInt pid() {
        return pid;
    }

    @Override
    public List<String> said() {
        return List.of();
    }

    @Override
    public Signals signals() {
        return supervisor;
    }

    @Override
    public void close() {
        // the supervisor ends with the JVM, and takes along whatever has become of it
    }
}
