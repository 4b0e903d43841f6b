package dev.zvpg.examples.cli;

import dev.zvpg.Zvpg;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Does what {@code snapshot} does, and has a short form of its own. Confined to one thread. */
@Command(
        name = "commit",
        mixinStandardHelpOptions = true,
        description = "Takes a snapshot; also another name for the command snapshot.",
        footer = {
            "",
            "`zvpg commit -m MESSAGE` names the snapshot by its time. The commands below are those of `zvpg snapshot`, so a "
                    + "snapshot with one of their names is taken with `zvpg commit create`."
        })
final class CommitCommand extends SnapshotCommands implements Callable<Integer> {

    private final Session session;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "its name; its time without this")
    private Optional<String> name = Optional.empty();

    @Option(
            names = {"-m", "--message"},
            paramLabel = "MESSAGE",
            description = "what it is; needed here")
    private Optional<String> message = Optional.empty();

    @Option(
            names = "--branch",
            paramLabel = "BRANCH",
            defaultValue = Zvpg.FIRST_BRANCH,
            description = "of which branch; ${DEFAULT-VALUE} without this")
    private String branch = Zvpg.FIRST_BRANCH;

    @Option(names = "--json", description = "print it as JSON")
    private boolean json;

    CommitCommand(Session session) {
        super(session);
        this.session = session;
    }

    @Override
    public Integer call() throws Exception {
        String text = message.orElseThrow(() -> new ParameterException(
                Objects.requireNonNull(spec).commandLine(), "Missing required option: '--message=MESSAGE'"));
        take(session, branch, name, text, json);
        return ExitCode.DONE;
    }
}
