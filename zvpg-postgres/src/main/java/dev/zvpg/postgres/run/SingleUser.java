package dev.zvpg.postgres.run;

import dev.zvpg.error.ServerException;
import dev.zvpg.internal.io.Subprocess;
import dev.zvpg.postgres.install.Installation;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.os.Program;
import dev.zvpg.postgres.os.ServerUser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * PostgreSQL without a server: {@code postgres --single} listens to nobody, lets nobody else in, and is the cluster's
 * first superuser. For what has to be done to a foreign cluster before anything of it listens.
 */
public record SingleUser(Installation installation, ServerUser user, Path dataDirectory, Duration timeout) {

    private static final Duration LONGEST = Duration.ofDays(1);

    private static final String DONE = "zvpg-done";
    private static final Pattern ANSWER = Pattern.compile(" = \"zvpg:([0-9a-f]*)\"");
    private static final Pattern TROUBLE = Pattern.compile("\\b(ERROR|FATAL|PANIC):  ");

    /** What is wrong with a file of settings is only said as LOG. */
    private static final Pattern COMPLAINT = Pattern.compile("\\b(ERROR|FATAL|PANIC|LOG):  ");

    /** What the cluster sets is not in force here, as in {@link Sessions}; triggers of events do not fire anyway. */
    private static final String OURS = """
            SET search_path = pg_catalog
            SET default_transaction_read_only = off
            SET session_replication_role = replica
            """;

    /** A query for a text, whose answer is recognised whatever it contains. */
    public static String ask(String expression) {
        return "SELECT 'zvpg:' || encode(convert_to(" + expression + ", 'UTF8'), 'hex')";
    }

    /**
     * Executes statements, each on one line.
     *
     * @param what is to be done, for messages: {@code cannot …}
     * @return the answers to those made with {@link #ask}
     * @throws ServerException when it does not start or one of the statements fails
     */
    public List<String> execute(String what, Map<String, String> settings, String database, String... statements) {
        List<String> command = new ArrayList<>(user.namedPrefix());
        command.addAll(List.of(installation.program("postgres"), "--single", "-D", dataDirectory.toString()));
        settings.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        command.add(database);
        String input = OURS + String.join("\n", statements) + "\nSELECT '" + DONE + "'\n";
        try {
            Subprocess result =
                    Program.run(user, LONGEST, Map.of(), input, watcher(what), command.toArray(String[]::new));
            user.requireNamed(result);
            boolean failed = !result.ok()
                    || !result.output().contains(" = \"" + DONE + "\"")
                    || TROUBLE.matcher(result.output()).find();
            if (failed) {
                // only what the server complains of: it repeats statements
                throw new ServerException(
                        "cannot " + what,
                        null,
                        result.ok() ? OptionalInt.empty() : OptionalInt.of(result.exitCode()),
                        complaints(result));
            }
            List<String> answers = new ArrayList<>();
            Matcher answer = ANSWER.matcher(result.output());
            while (answer.find()) {
                answers.add(new String(HexFormat.of().parseHex(answer.group(1)), StandardCharsets.UTF_8));
            }
            return answers;
        } catch (IOException e) {
            throw Failures.of("cannot " + what, e);
        }
    }

    /** It recovers first, where the cluster has crashed. */
    private Consumer<String> watcher(String what) {
        Standstill standstill = new Standstill(timeout, dataDirectory);
        return output -> {
            if (standstill.isReached()) {
                throw new ServerException(
                        "cannot " + what + ": PostgreSQL made no progress for " + timeout + " and was stopped",
                        "look at the disk of " + dataDirectory + ", or allow it more with startTimeout");
            }
        };
    }

    private static List<String> complaints(Subprocess result) {
        List<String> complaints = result.lastOutput()
                .lines()
                .filter(line ->
                        COMPLAINT.matcher(line).find() || line.contains("DETAIL:  ") || line.contains("HINT:  "))
                .toList();
        return complaints.isEmpty() ? result.lastLines(Program.LINES) : complaints;
    }
}
