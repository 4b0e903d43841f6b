package dev.zvpg.examples.cli;

import dev.zvpg.Repository;
import dev.zvpg.Served;
import dev.zvpg.config.Configuration;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.remote.ServeOptions;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Serves a repository to another one, as {@code ssh} starts it. Confined to one thread. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description =
                "Serves a repository to another one that fetches from it or pushes to it. Nobody types this: ssh does.",
        footer = {
            "",
            "To let somebody's key do this and nothing else, put it into ~/.ssh/authorized_keys behind",
            "command=\"zvpg serve --stdio --repository DIR --append-only --branches dev/*\",restrict"
        })
final class ServeCommand implements Callable<Integer> {

    private final Session session;

    @Option(names = "--stdio", required = true, description = "over standard input and output")
    private boolean stdio;

    @Option(
            names = "--repository",
            paramLabel = "DIR",
            description = "this repository and no other; the one that is asked for without this")
    private Optional<Path> repository = Optional.empty();

    @ArgGroup(multiplicity = "0..1")
    private @Nullable Access access;

    @Option(
            names = "--branches",
            paramLabel = "PATTERN",
            description = "only these branches, such as dev/*, and snapshots taken on them; may be repeated")
    private List<String> branches = List.of();

    ServeCommand(Session session) {
        this.session = session;
    }

    /** What others may not do. */
    private static final class Access {

        @Option(names = "--read-only", required = true, description = "let nobody push")
        private boolean readOnly;

        @Option(
                names = "--append-only",
                required = true,
                description = "let nobody move a branch to where it loses what it has")
        private boolean appendOnly;
    }

    @Override
    public Integer call() {
        if (!stdio) {
            throw new IllegalArgumentException("it is served over standard input and output only; say --stdio");
        }
        List<Repository> opened = new ArrayList<>();
        System.setOut(System.err); // what somebody prints must not come between the frames
        try {
            Served.serve(System.in, new StandardOutput(), options(), path -> {
                Repository repo = session.zvpg(configuration(path)).open();
                opened.add(repo);
                return repo;
            });
        } finally {
            opened.forEach(Repository::close);
        }
        return ExitCode.DONE;
    }

    /**
     * Standard output. Whoever waits for it to be read is not released when another thread closes it because the other side
     * is dead; so the JVM ends with him. Written to by one thread at a time.
     */
    private static final class StandardOutput extends OutputStream {

        private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        private final Thread server = Thread.currentThread();
        private volatile boolean writes;

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            writes = true;
            try {
                out.write(bytes, offset, length);
            } finally {
                writes = false;
            }
        }

        @Override
        public void close() throws IOException {
            if (writes && !Thread.currentThread().equals(server)) {
                Runtime.getRuntime().exit(ExitCode.FAILED);
            }
            out.close();
        }
    }

    private ServeOptions options() {
        ServeOptions options = ServeOptions.DEFAULT;
        if (access != null && access.readOnly) {
            options = options.access(ServeOptions.Access.READ_ONLY);
        } else if (access != null && access.appendOnly) {
            options = options.access(ServeOptions.Access.APPEND_ONLY);
        }
        for (String pattern : branches) {
            options = options.branches(pattern);
        }
        return options;
    }

    /** The repository's own configuration where it is this user's; else the one that is where it is asked for. */
    private Configuration configuration(String asked) {
        Optional<Path> home = repository.or(() -> asked.isEmpty() ? Optional.empty() : Optional.of(Path.of(asked)));
        boolean isConfigured = Files.exists(session.configurationFile());
        if (home.isEmpty()) {
            return session.configuration();
        }
        Path wanted = home.get().toAbsolutePath().normalize();
        if (isConfigured && session.configuration().home().equals(wanted)) {
            return session.configuration();
        }
        if (!home.get().isAbsolute()) {
            throw new NotFoundException(
                    "no repository at " + home.get(), "name its home directory by an absolute path");
        }
        return Configuration.directory(wanted);
    }
}
