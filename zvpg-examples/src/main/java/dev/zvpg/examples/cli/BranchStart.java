package dev.zvpg.examples.cli;

import dev.zvpg.Branch;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.Zvpg;
import dev.zvpg.option.BranchOptions;
import java.util.Optional;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Option;

/** Says where a new branch starts. Confined to one thread. */
final class BranchStart {

    @Option(
            names = "--parent",
            paramLabel = "BRANCH",
            required = true,
            description = "start from this branch's newest snapshot, taking one where there is none; main without this")
    private Optional<String> parent = Optional.empty();

    @Option(names = "--from", paramLabel = "SNAPSHOT", required = true, description = "start from this snapshot")
    private Optional<String> snapshot = Optional.empty();

    Branch branch(Repository repo, String name, UnaryOperator<BranchOptions> options) {
        return snapshot.isPresent()
                ? repo.snapshot(snapshot.get()).branch(name, options)
                : repo.branch(parent.orElse(Zvpg.FIRST_BRANCH)).branch(name, options);
    }

    /** Tells what the parent holds and the new branch does not, because it starts from a snapshot. */
    Optional<String> lacks(Repository repo, Branch made) {
        if (snapshot.isPresent()) {
            return Optional.empty(); // as was asked for
        }
        Branch from = repo.branch(parent.orElse(Zvpg.FIRST_BRANCH));
        return from.isDirty()
                ? Optional.of(made + " starts from "
                        + from.head().map(Snapshot::ref).orElse("a snapshot") + "; "
                        + from + " holds work since then that it does not have (zvpg branch snapshot " + from.name()
                        + " NAME saves it, and zvpg branch reset " + made.name() + " " + from.name()
                        + "@NAME brings it there)")
                : Optional.empty();
    }
}
