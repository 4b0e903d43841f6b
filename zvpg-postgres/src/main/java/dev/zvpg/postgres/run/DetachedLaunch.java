package dev.zvpg.postgres.run;

import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.OwnerLock;
import dev.zvpg.internal.io.Subprocess;
import dev.zvpg.postgres.install.Installation;
import dev.zvpg.postgres.os.Program;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.os.Shell;
import dev.zvpg.postgres.process.ServerLock;
import dev.zvpg.postgres.process.Signals;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * {@code pg_ctl start}: the server belongs to nobody, and outlives the JVM; its launch does so too, see
 * {@link CutOffLaunch}.
 */
public final class DetachedLaunch implements Launch {

    private static final int MOST_BYTES = 64;
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}\\s");

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Installation installation;
    private final ServerUser user;
    private final Path dataDirectory;
    private final RunDirectory run;
    private final OwnerLock owner;
    private List<String> said = List.of();

    public DetachedLaunch(Installation installation, ServerUser user, Path dataDirectory, RunDirectory run)
            throws IOException {
        this.installation = installation;
        this.user = user;
        this.dataDirectory = dataDirectory;
        this.run = run;
        this.owner = OwnerLock.create(run.directory());
    }

    @Override
    public void begin(Map<String, String> settings, ServerLog log) throws IOException {
        // it takes milliseconds; interrupted in the middle it might leave a server that nobody knows of
        Subprocess result = Program.runToTheEnd(
                user,
                TIMEOUT,
                Map.of("PGDATA", dataDirectory.toString()),
                "/bin/sh",
                "-c",
                // what it has open goes on to pg_ctl, and from there to the server; then, so that whoever finds nobody
                // at work is right, it looks whether it has been given up
                "exec " + ServerLock.DESCRIPTOR + "<\"$0\"; " + ServerLock.HOLD
                        + "; [ -e \"$1\" ] || exit 1; shift; exec \"$@\"",
                ServerLock.file(dataDirectory).toString(),
                owner.file().toString(),
                installation.program("pg_ctl"),
                "start",
                "-W",
                "-s",
                // named, so that pg_ctl does not run it once more only to compare versions
                "-p",
                Shell.escapeInDoubleQuotes(installation.program("postgres")),
                "-o",
                options(settings, log));
        if (!result.ok()) {
            throw Program.failure("pg_ctl cannot start a server on " + dataDirectory, result);
        }
        said = result.lastLines(Program.LINES);
    }

    private String options(Map<String, String> settings, ServerLog log) {
        // pg_ctl makes: exec "POSTGRES" OPTIONS < /dev/null 2>&1, and a shell runs it. The substitution leaves no word;
        // it notes the number of the shell, which is the server's after the exec. What is quoted here, and not by
        // pg_ctl, may contain any character, so the data directory is an option too and comes to pg_ctl by a variable.
        StringBuilder options = new StringBuilder("$(echo $$ >")
                .append(Shell.quote(run.startPidFile().toString()))
                .append(") -D ")
                .append(Shell.quote(dataDirectory.toString()));
        // a line data_directory in the files of an adopted cluster would win over -D
        options.append(" -c ").append(Shell.quote("data_directory=" + dataDirectory));
        settings.forEach((name, value) -> options.append(" -c ").append(Shell.quote(name + "=" + value)));
        return options.append(" >>").append(Shell.quote(log.file().toString())).toString();
    }

    @Override
    public OptionalInt pid() throws IOException {
        Path file = run.startPidFile();
        try (OpenDirectory sockets = OpenDirectory.open(run.socketDirectory())) {
            String text = new String(sockets.read(file.getFileName(), MOST_BYTES), StandardCharsets.US_ASCII);
            if (!text.endsWith("\n")) {
                return OptionalInt.empty(); // it is still being written
            }
            if (!NUMBER.matcher(text).matches()) {
                throw new IOException(file + " does not hold the number of a process");
            }
            return OptionalInt.of(Integer.parseInt(text.trim()));
        } catch (NoSuchFileException e) {
            return OptionalInt.empty();
        }
    }

    @Override
    public List<String> said() {
        return said;
    }

    @Override
    public Signals signals() {
        return new Signals.PgCtl(installation, user);
    }

    @Override
    public void close() {
        try {
            owner.close();
        } catch (IOException e) {
            // its file is left, and forgotten by whoever looks for the server
        }
    }
}
