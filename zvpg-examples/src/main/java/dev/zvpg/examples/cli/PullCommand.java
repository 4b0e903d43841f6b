package dev.zvpg.examples.cli;

import dev.zvpg.Branch;
import dev.zvpg.MergeResult;
import dev.zvpg.RemoteBranch;
import dev.zvpg.Zvpg;
import dev.zvpg.error.MergeConflictException;
import dev.zvpg.examples.cli.text.Json;
import dev.zvpg.examples.cli.text.MergeFacts;
import dev.zvpg.examples.cli.text.MergeText;
import dev.zvpg.remote.FetchResult;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fetches a branch and merges it. Confined to one thread. */
@Command(
        name = "pull",
        mixinStandardHelpOptions = true,
        description = "Fetches the branch of the same name, and gives a branch what that has.",
        footer = {
            "",
            "What both have changed is a conflict: it is listed, and the branch is not changed. What was fetched stays, and "
                    + "zvpg branch merge REMOTE/BRANCH has options that say what to take."
        })
final class PullCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(
            arity = "0..1",
            paramLabel = "REMOTE",
            defaultValue = RemoteCommands.ORIGIN,
            description = "from where; ${DEFAULT-VALUE} without this")
    private String remote = RemoteCommands.ORIGIN;

    @Option(
            names = "--branch",
            paramLabel = "BRANCH",
            defaultValue = Zvpg.FIRST_BRANCH,
            description = "which branch; ${DEFAULT-VALUE} without this")
    private String branch = Zvpg.FIRST_BRANCH;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    PullCommand(Session session) {
        this.session = session;
    }

    /** What is told of a pull. */
    record PullFacts(FetchResult fetched, MergeFacts merge) {}

    @Override
    public Integer call() throws Exception {
        session.use(repo -> {
            Branch target = repo.branch(branch);
            FetchResult fetched = repo.fetch(remote, o -> o.branch(branch));
            if (!json) {
                FetchCommand.print(session, repo, fetched);
            }
            RemoteBranch other = repo.remoteBranch(remote + "/" + branch);
            try {
                MergeResult merged = target.merge(other);
                if (json) {
                    session.print(Json.text(new PullFacts(fetched, MergeFacts.of(merged))));
                } else {
                    MergeText.lines(other.name(), target, merged).forEach(session::print);
                }
            } catch (MergeConflictException e) {
                MergeCommand.printConflicts(session, e.report(), json);
                throw e;
            }
        });
        return ExitCode.DONE;
    }
}
