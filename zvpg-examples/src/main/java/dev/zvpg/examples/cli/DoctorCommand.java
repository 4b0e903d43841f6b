package dev.zvpg.examples.cli;

import dev.zvpg.error.Problem;
import dev.zvpg.examples.cli.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tells what is wrong with a repository. Confined to one thread. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = "Tells what is wrong and what to do about it; ends with 7 when something is.")
final class DoctorCommand implements Callable<Integer> {

    private final Session session;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    DoctorCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws Exception {
        List<Problem> problems = new ArrayList<>();
        session.use(repo -> problems.addAll(repo.doctor()));
        if (json) {
            session.print(Json.text(problems));
        } else if (problems.isEmpty()) {
            session.print("nothing is wrong");
        } else {
            problems.forEach(session::print);
        }
        return problems.isEmpty() ? ExitCode.DONE : ExitCode.PROBLEMS;
    }
}
