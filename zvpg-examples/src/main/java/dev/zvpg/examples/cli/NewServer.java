package dev.zvpg.examples.cli;

import dev.zvpg.Repository;
import dev.zvpg.RunningServer;
import dev.zvpg.WorkingCopy;
import dev.zvpg.examples.cli.text.Json;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
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

    /** Starts it, unless that is unwanted, and prints what was made and how to connect. */
    void start(Session session, Repository repo, WorkingCopy made, Supplier<Record> facts) {
        Optional<RunningServer> server = noStart ? Optional.empty() : Optional.of(made.start());
        if (json) {
            session.print(Json.text(facts.get(), Map.of("psql", server.map(running -> Psql.line(repo, running)))));
            return;
        }
        session.print("made " + made);
        server.ifPresent(running -> session.printConnection(repo, made, running));
    }
}
