package dev.zvpg.examples.cli;

import dev.zvpg.Branch;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.Zvpg;
import dev.zvpg.examples.cli.text.Facts;
import dev.zvpg.examples.cli.text.Json;
import dev.zvpg.info.SnapshotInfo;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes, lists and deletes snapshots. Confined to one thread. */
@Command(name = "snapshot", mixinStandardHelpOptions = true, description = "Takes, lists and deletes snapshots.")
class SnapshotCommands {

    private final Session session;

    SnapshotCommands(Session session) {
        this.session = session;
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Takes a snapshot. A running server goes on, with its sessions.")
    void create(
            @Parameters(paramLabel = "NAME", description = "its name, unique in the branch") String name,
            @Option(
                            names = {"-m", "--message"},
                            paramLabel = "MESSAGE",
                            defaultValue = "",
                            description = "what it is")
                    String message,
            @Option(
                            names = "--branch",
                            paramLabel = "BRANCH",
                            defaultValue = Zvpg.FIRST_BRANCH,
                            description = "of which branch; ${DEFAULT-VALUE} without this")
                    String branch,
            @Option(names = "--json", description = "print it as JSON") boolean json)
            throws Exception {
        take(session, branch, Optional.of(name), message, json);
    }

    static void take(Session session, String branch, Optional<String> name, String message, boolean json)
            throws Exception {
        session.use(repo -> {
            Branch from = repo.branch(branch);
            Snapshot taken = name.isPresent() ? from.snapshot(name.get(), message) : from.commit(message);
            session.print(json ? Json.text(taken.info()) : "took " + taken);
        });
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the snapshots, oldest first.")
    void list(
            @Option(names = "--branch", paramLabel = "BRANCH", description = "only those taken on this branch")
                    Optional<String> branch,
            @Option(names = "--json", description = "print JSON") boolean json)
            throws Exception {
        session.use(repo -> {
            List<SnapshotInfo> snapshots = branch.isPresent() ? of(repo.branch(branch.get())) : all(repo);
            session.list(snapshots, Facts.snapshots(snapshots), json, "there are no snapshots yet");
        });
    }

    private static List<SnapshotInfo> all(Repository repo) {
        return repo.status().snapshots();
    }

    private static List<SnapshotInfo> of(Branch branch) {
        return branch.snapshots().stream().map(Snapshot::info).toList();
    }

    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            description = "Deletes a snapshot. What grew from it stays.")
    void delete(
            @Parameters(paramLabel = "NAME", description = "BRANCH@NAME, or NAME where only one branch has it")
                    String name,
            @Option(names = "--force", description = "also when a merge of two branches begins from it") boolean force)
            throws Exception {
        session.use(repo -> {
            Snapshot snapshot = repo.snapshot(name);
            if (force) {
                snapshot.discard();
            } else {
                snapshot.delete();
            }
            session.print("deleted " + snapshot);
        });
    }
}
