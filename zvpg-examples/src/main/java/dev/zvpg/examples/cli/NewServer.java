package dev.zvpg.examples.cli;

import dev.zvpg.Repository;
import dev.zvpg.WorkingCopy;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Takes what can be said of the server of a new branch or clone. Confined to one thread. */
final class NewServer {

    @Option(names = "--port", paramLabel = "PORT", description = "its port; the next free one without this")
    private Optional<Integer> port = Optional.empty();

    @Option(names = "--set", paramLabel = "NAME=VALUE", description = "a setting of its server; may be repeated")
    private Map<String, String> settings = Map.of();

    @Option(names = "--no-start", description = "do not start it")
    private boolean noStart;

    @Option(names = "--json", description = "print it as JSON")
    private boolean json;

    Optional<Integer> port() {
        return port;
    }

    Map<String, String> settings() {
        return settings;
    }

    /** Starts it, unless that is unwanted. */
    void start(WorkingCopy made) {
        if (!noStart) {
            made.start();
        }
    }

    /** Prints what was made, and how to connect where its server runs. */
    void print(Session session, Repository repo, WorkingCopy made, Record facts) {
        Optional<String> psql = made.findServer().map(running -> Psql.line(repo, running));
        if (json) {
            session.print(Json.text(facts, Map.of("psql", psql)));
            return;
        }
        session.print("made " + made);
        if (psql.isPresent()) {
            session.printConnection(repo, made);
        }
    }
}
