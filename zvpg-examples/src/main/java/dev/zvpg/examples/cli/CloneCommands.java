package dev.zvpg.examples.cli;

import dev.zvpg.Clone;
import dev.zvpg.Repository;
import dev.zvpg.info.CloneInfo;
import dev.zvpg.option.CloneOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is done with clones. Confined to one thread. */
@Command(
        name = "clone",
        mixinStandardHelpOptions = true,
        description = "Makes, runs and deletes clones: copies of a snapshot to try things on.")
final class CloneCommands {

    private final Session session;

    CloneCommands(Session session) {
        this.session = session;
    }

    /** Which one is meant. */
    static final class Choice {

        @Option(names = "--name", paramLabel = "NAME", required = true, description = "the clone of this name")
        private Optional<String> name = Optional.empty();

        @Option(names = "--port", paramLabel = "PORT", required = true, description = "the clone on this port")
        private Optional<Integer> port = Optional.empty();

        Clone in(Repository repo) {
            return name.isPresent() ? repo.clone(name.get()) : repo.cloneOnPort(port.orElseThrow());
        }
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
            @Option(names = "--port", paramLabel = "PORT", description = "its port; the next free one without this")
                    Optional<Integer> port,
            @Option(
                            names = "--set",
                            paramLabel = "NAME=VALUE",
                            description = "a setting of its server; may be repeated")
                    Map<String, String> settings,
            @Option(
                            names = "--ttl",
                            paramLabel = "TIME",
                            converter = Times.class,
                            description = "delete it after this time, such as 90m, 12h or 7d")
                    Optional<Duration> timeToLive,
            @Option(names = "--protect", description = "protect it from deletion") boolean protect,
            @Option(names = "--no-start", description = "do not start it") boolean noStart,
            @Option(names = "--json", description = "print it as JSON") boolean json)
            throws Exception {
        session.use(repo -> {
            Clone clone = repo.snapshot(snapshot).clone(name, defaults -> {
                CloneOptions chosen = settings == null ? defaults : defaults.settings(settings);
                chosen = port.isPresent() ? chosen.port(port.get()) : chosen;
                chosen = timeToLive.isPresent() ? chosen.timeToLive(timeToLive.get()) : chosen;
                return protect ? chosen.protect() : chosen;
            });
            if (!noStart) {
                clone.start();
            }
            session.printMade(repo, clone, clone.info(), json);
        });
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the clones.")
    void list(@Option(names = "--json", description = "print JSON") boolean json) throws Exception {
        session.use(repo -> {
            List<CloneInfo> clones = repo.status().clones();
            session.list(clones, Facts.clones(clones), json, "there are no clones");
        });
    }

    @Command(
            name = "start",
            mixinStandardHelpOptions = true,
            description = "Starts a clone's server, and prints how to connect.")
    void start(@ArgGroup(multiplicity = "1") Choice choice) throws Exception {
        session.start(choice::in);
    }

    @Command(name = "stop", mixinStandardHelpOptions = true, description = "Stops a clone's server. Its files stay.")
    void stop(@ArgGroup(multiplicity = "1") Choice choice) throws Exception {
        session.stop(choice::in);
    }

    @Command(
            name = "restart",
            mixinStandardHelpOptions = true,
            description = "Stops a clone's server if it runs, and starts it.")
    void restart(@ArgGroup(multiplicity = "1") Choice choice) throws Exception {
        session.restart(choice::in);
    }

    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description = {
                "Changes settings of a clone's server, and prints all that were chosen for it.",
                "They hold from its next start on; a server that runs wants a restart."
            })
    void set(
            @ArgGroup(multiplicity = "1") Choice choice,
            @Parameters(paramLabel = "NAME=VALUE", arity = "0..*", description = "a setting, such as work_mem=64MB")
                    Map<String, String> settings,
            @Mixin SettingsToReset reset)
            throws Exception {
        session.configure(choice::in, settings, reset, "zvpg clone restart");
    }

    @Command(name = "reset", mixinStandardHelpOptions = true, description = "Brings a clone back to its snapshot.")
    void reset(
            @ArgGroup(multiplicity = "1") Choice choice,
            @Option(names = "--force", description = "do not ask when it was written to") boolean force)
            throws Exception {
        session.use(repo -> {
            Clone clone = choice.in(repo);
            confirmLoss(clone, force);
            clone.reset();
            session.print("reset " + clone);
        });
    }

    @Command(
            name = "protect",
            mixinStandardHelpOptions = true,
            description = "Protects a clone: it is neither deleted nor expires.")
    void protect(@ArgGroup(multiplicity = "1") Choice choice) throws Exception {
        session.use(repo -> {
            Clone clone = choice.in(repo);
            clone.protect();
            session.print("protected " + clone);
        });
    }

    @Command(name = "unprotect", mixinStandardHelpOptions = true, description = "Ends a clone's protection.")
    void unprotect(@ArgGroup(multiplicity = "1") Choice choice) throws Exception {
        session.use(repo -> {
            Clone clone = choice.in(repo);
            clone.unprotect();
            session.print("unprotected " + clone);
        });
    }

    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            description = "Stops a clone's server and deletes the clone.")
    void delete(
            @ArgGroup(multiplicity = "1") Choice choice,
            @Option(names = "--force", description = "do not ask when it was written to") boolean force)
            throws Exception {
        session.use(repo -> {
            Clone clone = choice.in(repo);
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
