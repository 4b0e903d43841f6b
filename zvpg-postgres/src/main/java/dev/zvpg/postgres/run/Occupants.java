package dev.zvpg.postgres.run;

import dev.zvpg.error.ServerException;
import dev.zvpg.postgres.cluster.ControlFile;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.os.OsProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who has the connections of a server that gives none to us, told by the titles of its processes.
 *
 * @param limit how many there may be
 * @param byWhom how many each has
 */
record Occupants(int limit, Map<String, Integer> byWhom) {

    /**
     * Role and database, and where from; the name of the cluster may stand before them. Not a process that is starting: that is
     * where a connection is refused, and the last one refused, ours, may not have ended yet.
     */
    private static final Pattern TITLE = Pattern.compile(
            "postgres: (?:.*: )?(?<who>[^:]+) (?:\\[local]|\\S+\\(\\d+\\))(?: (?!initializing$|startup$).*)?");

    static Occupants of(Path dataDirectory) {
        try {
            Stream<String> titles = OsProcess.serverProcessesIn(dataDirectory.toRealPath()).stream()
                    .map(OsProcess::title)
                    .flatMap(Optional::stream);
            return new Occupants(ControlFile.read(dataDirectory).maxConnections(), byWhom(titles));
        } catch (IOException e) {
            throw Failures.of("cannot look at the processes in " + dataDirectory, e);
        }
    }

    /** Returns how many connections each role and database has, by the titles of a server's processes. */
    static Map<String, Integer> byWhom(Stream<String> titles) {
        Map<String, Integer> byWhom = new TreeMap<>();
        titles.map(TITLE::matcher)
                .filter(Matcher::matches)
                .forEach(title -> byWhom.merge(title.group("who"), 1, Integer::sum));
        return byWhom;
    }

    /** Returns the exception for a server that has no connection left. */
    ServerException failure(String server, SQLException cause) {
        int taken = byWhom.values().stream().mapToInt(Integer::intValue).sum();
        String who = byWhom.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
                .map(entry -> entry.getValue() + " by " + entry.getKey())
                .collect(Collectors.joining(", "));
        return new ServerException(
                server + "no connection is left: " + taken + " of " + limit + " are used"
                        + (who.isEmpty() ? "" : " (role and database: " + who + ")"),
                "close some of them, or raise max_connections; it can be stopped and deleted as it is",
                cause);
    }
}
