package dev.zvpg.examples.cli;

import dev.zvpg.Repository;
import dev.zvpg.RunningServer;
import dev.zvpg.WorkingCopy;
import dev.zvpg.Zvpg;
import dev.zvpg.config.Configuration;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.examples.cli.text.Columns;
import dev.zvpg.examples.cli.text.Json;
import dev.zvpg.examples.cli.text.Printable;
import dev.zvpg.info.Event;
import dev.zvpg.info.Subscription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * Holds what one run of the command line has: the options that every command has, and what all of them do first and
 * last. Confined to one thread.
 */
@Command(
        name = "zvpg",
        description = {"Versions PostgreSQL like git versions code.", ""},
        versionProvider = Session.Version.class,
        mixinStandardHelpOptions = true,
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed: the storage, a server, a permission, no space left",
            "2:a command, an option, a name or a value that is none",
            "3:no such repository, configuration, branch, snapshot or clone",
            "4:taken, in use, protected, or in conflict; nothing was changed",
            "5:the configuration cannot be used",
            "6:unsaved work would have been deleted, and nobody confirmed it; nothing was changed",
            "7:doctor found something wrong"
        },
        footer = {
            "",
            "The configuration is read from the file that --config or the environment variable ZVPG_CONFIG names, "
                    + "else from ~/.zvpg/config.json. `zvpg COMMAND --help` tells more. Completion for bash and zsh: "
                    + "source <(zvpg generate-completion)"
        })
final class Session {

    /** Does something in an open repository. */
    interface Work {
        void in(Repository repo) throws Exception;
    }

    private final Terminal terminal;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "the configuration file to use")
    private Optional<Path> file = Optional.empty();

    @Option(
            names = "--trust-owner",
            scope = ScopeType.INHERIT,
            description = "use a configuration and a repository that belong to another user")
    private boolean trustOwner;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "show stack traces and what the library does")
    private boolean debug;

    Session(Terminal terminal) {
        this.terminal = terminal;
    }

    Terminal terminal() {
        return terminal;
    }

    boolean debug() {
        return debug;
    }

    void print(Object text) {
        terminal.out().println(Printable.of(String.valueOf(text)));
    }

    /** Tells something beside the result. */
    void hint(String text) {
        terminal.err().println("zvpg: " + Printable.of(text));
    }

    /** Prints a list: as JSON, as a table, or what there is to say when it is empty. */
    void list(List<?> facts, Columns table, boolean json, String nothing) {
        print(json ? Json.text(facts) : table.isEmpty() ? nothing : table);
    }

    /** Prints how to connect. */
    void printConnection(Repository repo, WorkingCopy copy, RunningServer server) {
        print(copy + " runs on port " + server.port() + "; connect with");
        print(Psql.line(repo, server));
    }

    /** Returns where the configuration is, or will be. */
    Path configurationFile() {
        return file.map(Path::toAbsolutePath).orElseGet(Configuration::defaultFile);
    }

    /** Reads the configuration. */
    Configuration configuration() {
        Path path = configurationFile();
        if (!Files.exists(path)) {
            throw new NotFoundException(
                    "no configuration at " + path,
                    "make a repository with zvpg init, or name another file with --config");
        }
        return read(path);
    }

    /** Reads a file, whoever owns it where that was said. */
    Configuration read(Path path) {
        return trustOwner ? Configuration.readOfAnyOwner(path) : Configuration.read(path);
    }

    /** Returns the repository that a configuration describes. */
    Zvpg zvpg(Configuration configuration) {
        Zvpg zvpg = Zvpg.from(configuration);
        return trustOwner ? zvpg.trustOwner() : zvpg;
    }

    /** Opens the repository that the configuration names, works in it and closes it. */
    void use(Work work) throws Exception {
        Configuration configuration = configuration();
        logAs(configuration);
        try (Repository repo = zvpg(configuration).open()) {
            repo.deleteExpired(); // nobody else does it where there is no other program
            use(repo, work);
        }
    }

    /** Works in an open repository, and shows how far it is. */
    void use(Repository repo, Work work) throws Exception {
        try (ProgressLine line = new ProgressLine(terminal);
                Subscription progress = repo.listen(line);
                Subscription findings = repo.listen(this::tellWhatASnapshotLacks)) {
            work.in(repo);
        }
    }

    private void tellWhatASnapshotLacks(Event event) {
        if (event instanceof Event.SnapshotTaken taken) {
            taken.findings().forEach(finding -> hint("in snapshot " + taken.snapshot() + ", " + finding));
        }
    }

    /** Tells the logger how much to write; it reads that once, before its first line. */
    void logAs(Configuration configuration) {
        String level = debug ? "debug" : configuration.logLevel().toString();
        for (String[] setting :
                new String[][] {{"defaultLogLevel", level}, {"showThreadName", "false"}, {"showShortLogName", "true"}
                }) {
            String key = "org.slf4j.simpleLogger." + setting[0];
            if (System.getProperty(key) == null) {
                System.setProperty(key, setting[1]);
            }
        }
    }

    /**
     * Asks before something is deleted that is nowhere else.
     *
     * @param loss what would be lost, as a sentence without its full stop
     * @param instead how to keep it
     * @throws NotConfirmedException when nobody is there to be asked, or the answer is not yes
     */
    void confirm(String loss, String instead) {
        if (!terminal.canAnswer()) {
            throw new NotConfirmedException(loss + "; " + instead + ", or repeat this with --force");
        }
        terminal.err().print(Printable.of(loss) + ". Go on? [y/N] ");
        terminal.err().flush();
        if (!isYes(readLine())) {
            throw new NotConfirmedException("nothing was changed; " + instead + ", or answer y");
        }
    }

    private String readLine() {
        try {
            String line = terminal.in().readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isYes(String answer) {
        String word = answer.strip().toLowerCase(Locale.ROOT);
        return word.equals("y") || word.equals("yes");
    }

    /** Provides what {@code zvpg --version} prints: the version in the manifest of the jar. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            String version = Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
                    .orElse("(not from a jar)");
            return new String[] {"zvpg " + version, "Java " + Runtime.version()};
        }
    }
}
