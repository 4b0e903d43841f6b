package dev.zvpg.examples.cli;

import dev.zvpg.Repository;
import dev.zvpg.WorkingCopy;
import dev.zvpg.option.ServerOptions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Starts, stops and configures a server, whether a branch's or a clone's. Confined to one thread. */
final class ServerCommands {

    private static final String SETTING = "NAME=VALUE";
    private static final String A_SETTING = "a setting, such as work_mem=64MB";

    private ServerCommands() {}

    /** Returns the commands of branches with those of their servers. */
    static CommandLine ofBranches(Session session) {
        CommandLine branch = with(new BranchCommands(session), session, Which.OfBranch::new);
        return branch.addSubcommand(new SetOfBranch(session)).addSubcommand(new MergeCommand(session));
    }

    /** Returns the commands of clones with those of their servers. */
    static CommandLine ofClones(Session session) {
        CommandLine clone = with(new CloneCommands(session), session, Which.OfClone::new);
        return clone.addSubcommand(new SetOfClone(session));
    }

    private static CommandLine with(Object commands, Session session, Supplier<Which> which) {
        return new CommandLine(commands)
                .addSubcommand(new Start(session, which.get()))
                .addSubcommand(new Stop(session, which.get()))
                .addSubcommand(new Restart(session, which.get()));
    }

    private abstract static class ServerCommand implements Callable<Integer> {

        final Session session;

        @Mixin
        final Which which;

        ServerCommand(Session session, Which which) {
            this.session = session;
            this.which = which;
        }

        @Override
        public Integer call() throws Exception {
            session.use(repo -> run(repo, which.in(repo)));
            return ExitCode.DONE;
        }

        abstract void run(Repository repo, WorkingCopy copy);
    }

    @Command(
            name = "start",
            mixinStandardHelpOptions = true,
            description = "Starts its server, and prints how to connect.")
    private static final class Start extends ServerCommand {

        Start(Session session, Which which) {
            super(session, which);
        }

        @Override
        void run(Repository repo, WorkingCopy copy) {
            session.printConnection(repo, copy, copy.start());
        }
    }

    @Command(name = "stop", mixinStandardHelpOptions = true, description = "Stops its server. Its files stay.")
    private static final class Stop extends ServerCommand {

        Stop(Session session, Which which) {
            super(session, which);
        }

        @Override
        void run(Repository repo, WorkingCopy copy) {
            copy.stop();
            session.print("stopped " + copy);
        }
    }

    @Command(
            name = "restart",
            mixinStandardHelpOptions = true,
            description = "Stops its server if it runs, and starts it.")
    private static final class Restart extends ServerCommand {

        Restart(Session session, Which which) {
            super(session, which);
        }

        @Override
        void run(Repository repo, WorkingCopy copy) {
            session.printConnection(repo, copy, copy.restart());
        }
    }

    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description = {
                "Changes settings of its server, and prints all that were chosen for it.",
                "They hold from its next start on; a server that runs wants a restart."
            })
    private abstract static class SetCommand extends ServerCommand {

        @Option(
                names = "--reset",
                paramLabel = "NAME",
                description = "leave this one to the cluster's own files; may be repeated")
        private List<String> reset = List.of();

        SetCommand(Session session, Which which) {
            super(session, which);
        }

        abstract Map<String, String> settings();

        @Override
        void run(Repository repo, WorkingCopy copy) {
            boolean change = !settings().isEmpty() || !reset.isEmpty();
            boolean runs = change && copy.configure(this::changed);
            new TreeMap<>(copy.settings()).forEach((name, value) -> session.print(name + "=" + value));
            if (change) {
                session.print(
                        runs
                                ? copy + " goes on with what it was started with until zvpg " + which.command("restart")
                                : "this holds from the next start of " + copy + " on");
            }
        }

        private ServerOptions changed(ServerOptions options) {
            ServerOptions changed = options;
            for (String name : reset) {
                changed = changed.reset(name);
            }
            for (Map.Entry<String, String> setting : settings().entrySet()) {
                changed = changed.setting(setting.getKey(), setting.getValue());
            }
            return changed;
        }
    }

    /** Takes the settings after the branch's name; a clone is named by an option, so its settings come first. */
    private static final class SetOfBranch extends SetCommand {

        @Parameters(index = "1..*", arity = "0..*", paramLabel = SETTING, description = A_SETTING)
        private Map<String, String> settings = Map.of();

        SetOfBranch(Session session) {
            super(session, new Which.OfBranch());
        }

        @Override
        Map<String, String> settings() {
            return settings;
        }
    }

    private static final class SetOfClone extends SetCommand {

        @Parameters(arity = "0..*", paramLabel = SETTING, description = A_SETTING)
        private Map<String, String> settings = Map.of();

        SetOfClone(Session session) {
            super(session, new Which.OfClone());
        }

        @Override
        Map<String, String> settings() {
            return settings;
        }
    }
}
