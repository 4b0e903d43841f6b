package dev.zvpg.postgres;

import dev.zvpg.ConfigurationException;
import dev.zvpg.InUseException;
import dev.zvpg.server.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is done to the files of a copy before its first start. Settings are not touched: {@link Settings} overrules them on the
 * command line, which a later ALTER SYSTEM cannot undo.
 */
final class Disarming {

    /** One danger and its remedy; doing it twice is doing it once. */
    @FunctionalInterface
    interface Step {

        /** Looks for the danger and removes it; adds what it found. */
        void run(Path dataDirectory, List<Finding> findings) throws IOException;
    }

    private static final Map<String, String> FILES = new TreeMap<>(Map.of(
            PostmasterPid.FILE,
            "the lock of the original's server",
            "postmaster.opts",
            "the command line of the original's server",
            "standby.signal",
            "the mark of a standby",
            "recovery.signal",
            "the mark of a recovery from an archive",
            "promote",
            "a request to the original's server",
            "logrotate",
            "a request to the original's server",
            "current_logfiles",
            "the list of the original's log files"));

    /** What {@code pg_basebackup} leaves out too: PostgreSQL makes all of it anew. */
    private static final List<String> EMPTIED =
            List.of("pg_dynshmem", "pg_notify", "pg_serial", "pg_snapshots", "pg_stat_tmp");

    private static final List<Step> STEPS = List.of(
            Disarming::files,
            Disarming::slots,
            Disarming::settings,
            Disarming::leftovers,
            (dataDirectory, findings) -> FirstStart.mark(dataDirectory));

    private Disarming() {}

    /** Does all steps, unless a server runs on that very directory. */
    static List<Finding> run(Path dataDirectory) {
        Cluster.server(dataDirectory).ifPresent(server -> {
            throw new InUseException("cannot disarm " + dataDirectory + ": a server runs on it (process " + server.pid()
                    + "), so it is no copy; stop the server first");
        });
        List<Finding> findings = new ArrayList<>();
        try {
            for (Step step : STEPS) {
                step.run(dataDirectory, findings);
            }
        } catch (IOException e) {
            throw Failures.of("cannot disarm " + dataDirectory, e);
        }
        return List.copyOf(findings);
    }

    private static void files(Path dataDirectory, List<Finding> findings) throws IOException {
        for (Map.Entry<String, String> file : FILES.entrySet()) {
            if (Files.exists(dataDirectory.resolve(file.getKey()), LinkOption.NOFOLLOW_LINKS)) {
                Trees.delete(dataDirectory.resolve(file.getKey()));
                findings.add(new Finding(file.getKey() + ", " + file.getValue(), "removed"));
            }
        }
    }

    private static void slots(Path dataDirectory, List<Finding> findings) throws IOException {
        // a slot would keep WAL for a consumer that reads from the original and never comes here
        for (Path slot : Cluster.contents(dataDirectory, "pg_replslot")) {
            Trees.delete(slot);
            findings.add(new Finding("replication slot " + slot.getFileName(), "removed"));
        }
    }

    private static void settings(Path dataDirectory, List<Finding> findings) throws IOException {
        try {
            findings.addAll(SettingFindings.of(ConfFile.of(dataDirectory)));
        } catch (ConfigurationException e) {
            // PostgreSQL says it better, when it is started
            findings.add(new Finding(String.valueOf(e.getMessage()), "left as it is"));
        }
    }

    private static void leftovers(Path dataDirectory, List<Finding> findings) throws IOException {
        for (String directory : EMPTIED) {
            for (Path leftover : Cluster.contents(dataDirectory, directory)) {
                Trees.delete(leftover);
            }
        }
    }
}
