package dev.zvpg.examples.cli;

import dev.zvpg.Branch;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.Zvpg;
import dev.zvpg.error.NotMergedException;
import dev.zvpg.examples.cli.text.Facts;
import dev.zvpg.info.BranchInfo;
import dev.zvpg.info.SnapshotInfo;
import dev.zvpg.option.BranchOptions;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Does what is done with branches alone; the rest is in {@link ServerCommands}. Confined to one thread. */
@Command(
        name = "branch",
        mixinStandardHelpOptions = true,
        description = "Makes, runs, resets, merges and deletes branches.")
final class BranchCommands {

    private static final String A_BRANCH = "the branch";

    private final Session session;

    BranchCommands(Session session) {
        this.session = session;
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Makes a branch, starts it and prints how to connect.")
    void create(
            @Parameters(paramLabel = "NAME", description = "its name, such as feature/new-api") String name,
            @ArgGroup(multiplicity = "0..1") BranchStart start,
            @Mixin NewServer server)
            throws Exception {
        UnaryOperator<BranchOptions> options = defaults -> {
            BranchOptions chosen = defaults.settings(server.settings());
            return server.port().isPresent() ? chosen.port(server.port().get()) : chosen;
        };
        BranchStart from = start == null ? new BranchStart() : start;
        session.use(repo -> {
            Branch branch = from.branch(repo, name, options);
            from.lacks(repo, branch).ifPresent(session::hint);
            server.start(session, repo, branch, branch::info);
        });
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the branches.")
    void list(@Option(names = "--json", description = "print JSON") boolean json) throws Exception {
        session.use(repo -> {
            List<BranchInfo> branches = repo.status().branches();
            session.list(branches, Facts.branches(branches), json, "there are no branches");
        });
    }

    @Command(
            name = "log",
            mixinStandardHelpOptions = true,
            description = "Lists a branch's history, nearest first, across branches.")
    void log(
            @Parameters(
                            paramLabel = "BRANCH",
                            arity = "0..1",
                            defaultValue = Zvpg.FIRST_BRANCH,
                            description = "the branch; ${DEFAULT-VALUE} without this")
                    String name,
            @Option(names = "--json", description = "print JSON") boolean json)
            throws Exception {
        session.use(repo -> {
            List<SnapshotInfo> log = repo.branch(name).log();
            session.list(log, Facts.snapshots(log), json, "branch " + name + " has no history yet");
        });
    }

    @Command(name = "snapshot", mixinStandardHelpOptions = true, description = "Takes a snapshot of a branch.")
    void snapshot(
            @Parameters(paramLabel = "BRANCH", description = A_BRANCH) String branch,
            @Parameters(paramLabel = "NAME", description = "the snapshot's name, unique in the branch") String name,
            @Option(
                            names = {"-m", "--message"},
                            paramLabel = "MESSAGE",
                            defaultValue = "",
                            description = "what it is")
                    String message,
            @Option(names = "--json", description = "print it as JSON") boolean json)
            throws Exception {
        SnapshotCommands.take(session, branch, Optional.of(name), message, json);
    }

    @Command(name = "rename", mixinStandardHelpOptions = true, description = "Gives a branch another name.")
    void rename(
            @Parameters(paramLabel = "BRANCH", description = A_BRANCH) String name,
            @Parameters(paramLabel = "NEW-NAME", description = "its name from then on") String newName)
            throws Exception {
        session.use(repo -> {
            Branch branch = repo.branch(name);
            session.print("renamed " + branch + " to " + branch.rename(newName).name());
        });
    }

    @Command(
            name = "reset",
            mixinStandardHelpOptions = true,
            description = "Makes a branch what a snapshot is. Unsaved work goes into a snapshot of its own first.")
    void reset(
            @Parameters(paramLabel = "BRANCH", description = A_BRANCH) String name,
            @Parameters(
                            paramLabel = "SNAPSHOT",
                            description = "any snapshot: BRANCH@NAME, or NAME where only one " + "branch has it")
                    String snapshot,
            @Option(names = "--no-save", description = "do not save unsaved work, but lose it") boolean noSave,
            @Option(names = "--force", description = "do not ask before unsaved work is lost") boolean force)
            throws Exception {
        session.use(repo -> {
            Branch branch = repo.branch(name);
            Snapshot target = find(repo, branch, snapshot);
            if (noSave && !force && branch.isDirty()) {
                session.confirm(
                        branch + " holds work that no snapshot has, and it would be lost",
                        "reset it without --no-save");
            }
            Optional<Snapshot> saved = branch.resetTo(target, options -> options.save(!noSave));
            session.print("reset " + branch + " to " + target.ref()
                    + saved.map(kept -> "; what it held is in " + kept.ref()).orElse(""));
        });
    }

    /** Finds a snapshot, one with a bare name on the branch itself first. */
    private static Snapshot find(Repository repo, Branch branch, String name) {
        return branch.findSnapshot(name).orElseGet(() -> repo.snapshot(name));
    }

    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            description = "Stops a branch's server and deletes the branch. What grew from it stays.")
    void delete(
            @Parameters(paramLabel = "BRANCH", description = A_BRANCH) String name,
            @Option(names = "--force", description = "do not ask when it holds what nothing else has") boolean force)
            throws Exception {
        session.use(repo -> {
            Branch branch = repo.branch(name);
            if (force) {
                branch.discard();
            } else {
                deleteOrAsk(branch);
            }
            session.print("deleted " + branch);
        });
    }

    private void deleteOrAsk(Branch branch) {
        try {
            branch.delete();
        } catch (NotMergedException e) {
            String name = branch.name();
            session.confirm(
                    e.problem(),
                    (e.hasUnsavedWork() ? "take a snapshot first (zvpg branch snapshot " + name + " NAME), or " : "")
                            + "merge it (zvpg branch merge " + name + ")");
            branch.discard();
        }
    }
}
