package dev.zvpg.examples.cli;

import dev.zvpg.examples.cli.text.Printable;
import java.util.List;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code zvpg} command line.
 *
 * <p>Usage: {@code Main [OPTION]... COMMAND [ARGUMENT]...}; {@code --help} lists what there is.
 */
public final class Main {

    private Main() {}

    /**
     * Runs it, and ends the JVM with its exit code.
     *
     * @param args the command and its arguments
     */
    public static void main(String[] args) {
        System.exit(run(Terminal.ofThisProcess(), args));
    }

    /** Runs one command and returns its exit code. */
    static int run(Terminal terminal, String... args) {
        for (String argument : args) {
            // Java puts it where a byte means nothing in the locale's character set: what was typed is lost already
            if (argument.indexOf('\uFFFD') >= 0) {
                terminal.err()
                        .println("zvpg: the argument '" + Printable.of(argument)
                                + "' cannot be read in this locale's character set; set LANG=C.UTF-8");
                return ExitCode.USAGE;
            }
        }
        Session session = new Session(terminal);
        return commandLine(session, terminal).execute(args);
    }

    private static CommandLine commandLine(Session session, Terminal terminal) {
        CommandLine zvpg = new CommandLine(session);
        zvpg.addSubcommand(new InitCommand(session));
        zvpg.addSubcommand(new SnapshotCommands(session));
        zvpg.addSubcommand(new CommitCommand(session));
        zvpg.addSubcommand(ServerCommands.ofClones(session));
        zvpg.addSubcommand(ServerCommands.ofBranches(session));
        zvpg.addSubcommand(new StatusCommand(session));
        zvpg.addSubcommand(new DoctorCommand(session));
        zvpg.addSubcommand(new GraphCommand(session));
        zvpg.addSubcommand(new DiffCommand(session));
        zvpg.addSubcommand(new RemoteCommands(session));
        zvpg.addSubcommand(new FetchCommand(session));
        zvpg.addSubcommand(new PullCommand(session));
        zvpg.addSubcommand(new PushCommand(session));
        zvpg.addSubcommand(new RemoteCommands.Bundles(session));
        zvpg.addSubcommand(new ServeCommand(session));
        zvpg.addSubcommand(new GenerateCompletion());
        return zvpg.setOut(terminal.out())
                .setErr(terminal.err())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler((e, arguments) -> report(e))
                .setExecutionExceptionHandler((e, command, parsed) -> report(session, e));
    }

    private static int report(ParameterException e) {
        CommandLine command = e.getCommandLine();
        String meant = "";
        if (e instanceof UnmatchedArgumentException unmatched) {
            List<String> suggestions = unmatched.getSuggestions();
            meant = suggestions.isEmpty() ? "" : "; did you mean " + String.join(" or ", suggestions) + "?";
        }
        command.getErr()
                .println("zvpg: " + Failure.oneLine(e.getMessage()) + meant + "; see "
                        + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    private static int report(Session session, Exception e) {
        if (session.debug()) {
            e.printStackTrace(session.terminal().err());
        } else {
            session.terminal().err().println("zvpg: " + Failure.text(e));
        }
        return ExitCode.of(e);
    }
}
