package dev.zvpg.examples.cli;

import dev.zvpg.Snapshot;
import dev.zvpg.examples.cli.text.Columns;
import dev.zvpg.remote.Remote;
import dev.zvpg.remote.RemoteOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Names other repositories, and carries snapshots in files. Confined to one thread. */
@Command(
        name = "remote",
        mixinStandardHelpOptions = true,
        description = "Names other repositories, and places that keep what repositories give them.")
class RemoteCommands {

    /** What a remote is called where nobody says another name. */
    static final String ORIGIN = "origin";

    private final Session session;

    RemoteCommands(Session session) {
        this.session = session;
    }

    /** A remote, as it is told. */
    record RemoteFacts(String name, String url, List<String> leaving) {}

    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = "Names one. It is not connected to.",
            footer = {
                "",
                "ssh://HOST/PATH is the repository whose home directory is PATH on HOST, where zvpg must be on the path; it "
                        + "is reached by your own ssh, with its configuration, keys and known hosts. A directory holds bundles "
                        + "and needs no zvpg."
            })
    void add(
            @Parameters(paramLabel = "NAME", description = "such as origin") String name,
            @Parameters(
                            paramLabel = "URL",
                            description = "ssh://[USER@]HOST[:PORT]/PATH[?command=ZVPG], or a directory")
                    String url,
            @Option(
                            names = "--leaving",
                            paramLabel = "PATTERN",
                            description = "only branches like this are pushed to it, such as masked/*; may be repeated")
                    List<String> leaving)
            throws Exception {
        session.use(repo -> {
            repo.remotes().add(name, Remote.parse(url), defaults -> options(defaults, leaving));
            session.print("added remote " + name);
        });
    }

    private static RemoteOptions options(RemoteOptions defaults, List<String> leaving) {
        RemoteOptions options = defaults;
        for (String pattern : leaving == null ? List.<String>of() : leaving) {
            options = options.leaving(pattern);
        }
        return options;
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists them.")
    void list(@Option(names = "--json", description = "print JSON") boolean json) throws Exception {
        session.use(repo -> {
            List<RemoteFacts> facts = new ArrayList<>();
            Columns table = new Columns("remote", "url", "leaving");
            repo.remotes().list().forEach((name, remote) -> {
                List<String> leaving = repo.remotes().options(name).leaving();
                facts.add(new RemoteFacts(name, remote.toString(), leaving));
                table.row(name, remote.toString(), leaving.isEmpty() ? "all" : String.join(" ", leaving));
            });
            session.list(facts, table, json, "there are no remotes; add one with zvpg remote add");
        });
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Forgets one, and where its branches were. What only they kept is garbage from then on.")
    void remove(@Parameters(paramLabel = "NAME", description = "which one") String name) throws Exception {
        session.use(repo -> {
            repo.remotes().remove(name);
            session.print("removed remote " + name);
        });
    }

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = "Compares all files of a snapshot here and there, by their SHA-256.")
    void verify(
            @Parameters(paramLabel = "NAME", description = "which remote") String name,
            @Parameters(paramLabel = "SNAPSHOT", description = "BRANCH@NAME") String snapshot)
            throws Exception {
        session.use(repo -> {
            repo.remotes().verify(name, repo.snapshot(snapshot));
            session.print(snapshot + " is the same here and in " + name);
        });
    }

    /** Carries snapshots in files. Confined to one thread. */
    @Command(name = "bundle", mixinStandardHelpOptions = true, description = "Carries snapshots in files.")
    static class Bundles {

        private final Session session;

        Bundles(Session session) {
            this.session = session;
        }

        @Command(name = "create", mixinStandardHelpOptions = true, description = "Writes a snapshot into a file.")
        void create(
                @Parameters(paramLabel = "SNAPSHOT", description = "BRANCH@NAME, or NAME where only one branch has it")
                        String snapshot,
                @Parameters(paramLabel = "FILE", description = "which file; it is replaced") Path file,
                @Option(
                                names = "--base",
                                paramLabel = "SNAPSHOT",
                                description = "only what differs from this one, which is there already")
                        Optional<String> base)
                throws Exception {
            session.use(repo -> {
                Optional<Snapshot> there = base.map(repo::snapshot);
                Snapshot what = repo.snapshot(snapshot);
                repo.remotes().bundle(what, there, file);
                session.print("wrote " + what + " into " + file);
            });
        }

        @Command(name = "apply", mixinStandardHelpOptions = true, description = "Reads a snapshot from a file.")
        void apply(@Parameters(paramLabel = "FILE", description = "what zvpg bundle create wrote") Path file)
                throws Exception {
            session.use(repo -> session.print("read " + repo.remotes().unbundle(file) + " from " + file));
        }
    }
}
