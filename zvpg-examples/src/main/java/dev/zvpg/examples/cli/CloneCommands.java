package dev.zvpg.examples.cli;

import dev.zvpg.Clone;
import dev.zvpg.examples.cli.text.Facts;
import dev.zvpg.examples.cli.text.Times;
import dev.zvpg.info.CloneInfo;
import dev.zvpg.option.CloneOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Does what is done with clones alone; the rest is in {@link ServerCommands}. Confined to one thread. */
@Command(
        name = "clone",
        mixinStandardHelpOptions = true,
        description = "Makes, runs and deletes clones: copies of a snapshot to try things on.")
final class CloneCommands {

    private final Session session;

    CloneCommands(Session session) {
        this.session = session;
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Makes a clone of a snapshot, starts it and prints how to connect.")
    void create(
            @Parameters(
                            paramLabel = "SNAPSHOT",
                            description = "BRANCH@NAME, BRANCH@latest, or NAME where only one " + "branch has it")
                    String snapshot,
            @Option(names = "--name", paramLabel = "NAME", required = true, description = "its name") String name,
            @Option(
                            names = "--ttl",
                            paramLabel = "TIME",
                            converter = Times.class,
                            description = "delete it after this time, such as 90m, 12h or 7d")
                    Optional<Duration> timeToLive,
            @Option(names = "--protect", description = "protect it from deletion") boolean protect,
            @Mixin NewServer server)
            throws Exception {
        session.use(repo -> {
            Clone clone = repo.snapshot(snapshot).clone(name, defaults -> {
                CloneOptions chosen = defaults.settings(server.settings());
                chosen = server.port().isPresent() ? chosen.port(server.port().get()) : chosen;
                chosen = timeToLive.isPresent() ? chosen.timeToLive(timeToLive.get()) : chosen;
                return protect ? chosen.protect() : chosen;
            });
            server.start(session, repo, clone, clone::info);
        });
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the clones.")
    void list(@Option(names = "--json", description = "print JSON") boolean json) throws Exception {
        session.use(repo -> {
            List<CloneInfo> clones = repo.status().clones();
            session.list(clones, Facts.clones(clones), json, "there are no clones");
        });
    }

    @Command(name = "reset", mixinStandardHelpOptions = true, description = "Brings a clone back to its snapshot.")
    void reset(
            @Mixin Which.OfClone which,
            @Option(names = "--force", description = "do not ask when it was written to") boolean force)
            throws Exception {
        session.use(repo -> {
            Clone clone = which.in(repo);
            confirmLoss(clone, force);
            clone.reset();
            session.print("reset " + clone);
        });
    }

    @Command(
            name = "protect",
            mixinStandardHelpOptions = true,
            description = "Protects a clone: it is neither deleted nor expires.")
    void protect(@Mixin Which.OfClone which) throws Exception {
        session.use(repo -> {
            Clone clone = which.in(repo);
            clone.protect();
            session.print("protected " + clone);
        });
    }

    @Command(name = "unprotect", mixinStandardHelpOptions = true, description = "Ends a clone's protection.")
    void unprotect(@Mixin Which.OfClone which) throws Exception {
        session.use(repo -> {
            Clone clone = which.in(repo);
            clone.unprotect();
            session.print("unprotected " + clone);
        });
    }

    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            description = "Stops a clone's server and deletes the clone.")
    void delete(
            @Mixin Which.OfClone which,
            @Option(names = "--force", description = "do not ask when it was written to") boolean force)
            throws Exception {
        session.use(repo -> {
            Clone clone = which.in(repo);
            if (!clone.info().isProtected()) { // a protected one is refused below, whatever it holds
                confirmLoss(clone, force);
            }
            clone.delete();
            session.print("deleted " + clone);
        });
    }

    private void confirmLoss(Clone clone, boolean force) {
        if (!force && clone.isDirty()) {
            session.confirm(
                    clone + " was written to, and what was written would be lost",
                    "copy what you need from it first (pg_dump)");
        }
    }
}
