package dev.zvpg.examples.cli;

import dev.zvpg.Repository;
import dev.zvpg.examples.cli.text.Bytes;
import dev.zvpg.examples.cli.text.Json;
import dev.zvpg.remote.FetchOptions;
import dev.zvpg.remote.FetchResult;
import dev.zvpg.remote.RefUpdate;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fetches from another repository. Confined to one thread. */
@Command(
        name = "fetch",
        mixinStandardHelpOptions = true,
        description = {
            "Brings snapshots of another repository, and moves REMOTE/BRANCH to where its branches are.",
            "No branch of this repository is touched."
        })
final class FetchCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(
            arity = "0..1",
            paramLabel = "REMOTE",
            defaultValue = RemoteCommands.ORIGIN,
            description = "from where; ${DEFAULT-VALUE} without this")
    private String remote = RemoteCommands.ORIGIN;

    @Option(names = "--branch", paramLabel = "BRANCH", description = "only this one; may be repeated")
    private List<String> branches = List.of();

    @Option(names = "--depth", paramLabel = "N", description = "at most so many snapshots of each history")
    private int depth = Integer.MAX_VALUE;

    @Option(names = "--verify", description = "compare all files as a whole, and not only what was sent")
    private boolean verify;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    FetchCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws Exception {
        session.use(repo -> {
            FetchResult result = repo.fetch(remote, this::options);
            if (json) {
                session.print(Json.text(result));
            } else {
                print(session, repo, result);
            }
        });
        return ExitCode.DONE;
    }

    private FetchOptions options(FetchOptions defaults) {
        FetchOptions options = defaults.depth(depth).verify(verify);
        for (String branch : branches) {
            options = options.branch(branch);
        }
        return options;
    }

    static void print(Session session, Repository repo, FetchResult result) {
        for (RefUpdate ref : result.refs()) {
            String at = repo.remoteBranch(ref.ref()).head().ref();
            session.print(
                    ref.ref() + (ref.status() == RefUpdate.Status.UPDATED ? " is now at " : " is still at ") + at);
        }
        if (!result.snapshots().isEmpty()) {
            session.print("fetched " + snapshots(result.snapshots()) + ", " + Bytes.text(result.bytes())
                    + " before compression");
        } else if (result.refs().isEmpty()) {
            session.print("there is nothing to be fetched yet");
        }
    }

    static String snapshots(List<String> ids) {
        return ids.size() == 1 ? "1 snapshot" : ids.size() + " snapshots";
    }
}
