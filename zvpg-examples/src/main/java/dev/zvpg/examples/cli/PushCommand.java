package dev.zvpg.examples.cli;

import dev.zvpg.Repository;
import dev.zvpg.Zvpg;
import dev.zvpg.examples.cli.text.Bytes;
import dev.zvpg.examples.cli.text.Json;
import dev.zvpg.remote.PushOptions;
import dev.zvpg.remote.PushResult;
import dev.zvpg.remote.RefUpdate;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Pushes a branch to another repository. Confined to one thread. */
@Command(
        name = "push",
        mixinStandardHelpOptions = true,
        description = {
            "Gives another repository the newest snapshot of a branch with all that leads to it, and moves its branch there.",
            "Work that no snapshot has stays here."
        })
final class PushCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(
            arity = "0..1",
            paramLabel = "REMOTE",
            defaultValue = RemoteCommands.ORIGIN,
            description = "to where; ${DEFAULT-VALUE} without this")
    private String remote = RemoteCommands.ORIGIN;

    @Option(
            names = "--branch",
            paramLabel = "BRANCH",
            defaultValue = Zvpg.FIRST_BRANCH,
            description = "which branch; ${DEFAULT-VALUE} without this")
    private String branch = Zvpg.FIRST_BRANCH;

    @Option(names = "--as", paramLabel = "NAME", description = "what it is called there; the same without this")
    private Optional<String> as = Optional.empty();

    @Option(
            names = "--force-with-lease",
            description =
                    "also where the branch there loses what it has, if it is where it was when it was fetched last")
    private boolean force;

    @Option(names = "--verify", description = "compare all files as a whole, and not only what was sent")
    private boolean verify;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    PushCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws Exception {
        boolean[] accepted = {true};
        session.use(repo -> {
            PushResult result = repo.push(remote, repo.branch(branch), this::options);
            accepted[0] = result.isAccepted();
            print(repo, result);
        });
        return accepted[0] ? ExitCode.DONE : ExitCode.CONFLICT;
    }

    private PushOptions options(PushOptions defaults) {
        PushOptions options = defaults.verify(verify);
        options = force ? options.forceWithLease() : options;
        return as.map(options::as).orElse(options);
    }

    private void print(Repository repo, PushResult result) {
        if (json) {
            session.print(Json.text(result));
        }
        for (RefUpdate ref : result.refs()) {
            String there = "branch " + ref.ref() + " of " + remote;
            if (ref.status().isRejected()) {
                session.hint(there + " was not moved: " + ref.reason());
            } else if (!json) {
                String at = repo.remoteBranch(remote + "/" + ref.ref()).head().ref();
                session.print(
                        there + (ref.status() == RefUpdate.Status.UPDATED ? " is now at " : " is still at ") + at);
            }
        }
        if (!json && !result.snapshots().isEmpty()) {
            session.print("pushed " + FetchCommand.snapshots(result.snapshots()) + ", " + Bytes.text(result.bytes())
                    + " before compression");
        }
    }
}
