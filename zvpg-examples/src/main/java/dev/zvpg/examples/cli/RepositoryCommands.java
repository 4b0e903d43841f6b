package dev.zvpg.examples.cli;

import dev.zvpg.Status;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What is asked of the whole repository. Confined to one thread. */
final class RepositoryCommands {

    private final Session session;

    RepositoryCommands(Session session) {
        this.session = session;
    }

    @Command(name = "status", description = "Tells what there is.")
    void status(@Option(names = "--json", description = "print JSON") boolean json) throws Exception {
        session.use(repo -> {
            Status status = repo.status();
            session.print(json ? Json.text(status) : Facts.branches(status.branches()));
        });
    }
}
