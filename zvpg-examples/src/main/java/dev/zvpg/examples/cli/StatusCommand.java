package dev.zvpg.examples.cli;

import dev.zvpg.Repository;
import dev.zvpg.examples.cli.text.Bytes;
import dev.zvpg.examples.cli.text.Columns;
import dev.zvpg.examples.cli.text.Facts;
import dev.zvpg.examples.cli.text.Json;
import dev.zvpg.info.Space;
import dev.zvpg.info.Status;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tells what a repository holds. Confined to one thread. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Tells what there is: branches, clones, snapshots, servers, space, and what is wrong.")
final class StatusCommand implements Callable<Integer> {

    private final Session session;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    StatusCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws Exception {
        session.use(repo -> {
            Status status = repo.status();
            session.print(json ? Json.text(status) : text(repo, status));
        });
        return ExitCode.DONE;
    }

    private static String text(Repository repo, Status status) {
        StringBuilder text = new StringBuilder();
        text.append("repository  ").append(repo.home()).append('\n');
        text.append("storage     ").append(status.storage()).append('\n');
        text.append("PostgreSQL  ").append(status.version()).append('\n');
        if (status.space().usedBytes().isPresent()) {
            text.append("space       ").append(space(status.space())).append('\n');
        }
        for (Columns table : new Columns[] {
            Facts.branches(status.branches()), Facts.clones(status.clones()), Facts.snapshots(status.snapshots())
        }) {
            if (!table.isEmpty()) {
                text.append('\n').append(table).append('\n');
            }
        }
        if (!status.problems().isEmpty()) {
            text.append("\nWhat is wrong, or to be known:\n");
            status.problems().forEach(problem -> text.append(problem).append('\n'));
        }
        return text.toString().strip();
    }

    private static String space(Space space) {
        return Bytes.text(space.usedBytes()) + " used, " + Bytes.text(space.referencedBytes()) + " referenced, "
                + Bytes.text(space.sharedBytes()) + " of it shared";
    }
}
