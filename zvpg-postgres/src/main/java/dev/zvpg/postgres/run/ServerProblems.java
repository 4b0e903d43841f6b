package dev.zvpg.postgres.run;

import dev.zvpg.error.Problem;
import dev.zvpg.postgres.cluster.PostmasterPid;
import dev.zvpg.postgres.os.OsProcess;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Looks for what is wrong with a running server and the databases in it. */
public final class ServerProblems {

    private ServerProblems() {}

    public static List<Problem> of(LiveServer server) {
        ServerControl control = server.control();
        OsProcess process = control.process();
        if (process.isStopped()) {
            return List.of(new Problem(
                    "its server (process " + process.pid() + ") was stopped by a signal and answers nobody",
                    "let it go on with kill -CONT " + process.pid() + ", or stop it, which kills it where it must"));
        }
        List<Problem> problems = new ArrayList<>(SharedMemory.problems(process));
        if (PostmasterPid.read(control.dataDirectory())
                .filter(PostmasterPid::isReady)
                .isEmpty()) {
            return problems; // it does not let anybody in yet
        }
        try (Connection connection = server.connect(Sessions.BRIEF)) {
            Collations.moved(server.sessions(), connection).forEach(moved -> problems.add(moved.problem()));
            return problems;
        } catch (SQLException e) {
            throw server.failure("does not tell how it is", e);
        }
    }
}
