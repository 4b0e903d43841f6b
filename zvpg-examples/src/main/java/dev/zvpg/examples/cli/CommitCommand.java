package dev.zvpg.examples.cli;

import dev.zvpg.Zvpg;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The other name of {@code snapshot}, with a short form of its own. Confined to one thread. */
@Command(
        name = "commit",
        description = "Takes a snapshot; also another name for the command snapshot.",
        footer = {
            "",
            "`zvpg commit -m MESSAGE` names the snapshot by its time. The commands below are those of `zvpg snapshot`, so a "
                    + "snapshot with one of their names is taken with `zvpg commit create`."
        })
final class CommitCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "its name; its time without this")
    private Optional<String> name = Optional.empty();

    @Option(
            names = {"-m", "--message"},
            paramLabel = "MESSAGE",
            required = true,
            description = "what it is")
    private String message = "";

    @Option(
            names = "--branch",
            paramLabel = "BRANCH",
            defaultValue = Zvpg.FIRST_BRANCH,
            description = "of which branch; ${DEFAULT-VALUE} without this")
    private String branch = Zvpg.FIRST_BRANCH;

    @Option(names = "--json", description = "print it as JSON")
    private boolean json;

    CommitCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws Exception {
        SnapshotCommands.take(session, branch, name, message, json);
        return ExitCode.DONE;
    }
}
