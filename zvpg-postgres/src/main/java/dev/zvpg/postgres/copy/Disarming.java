package dev.zvpg.postgres.copy;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.InUseException;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.cluster.Cluster;
import dev.zvpg.postgres.cluster.ConfFile;
import dev.zvpg.postgres.cluster.CopyMark;
import dev.zvpg.postgres.cluster.PostmasterPid;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.run.Settings;
import dev.zvpg.server.Finding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is done to the files of a copy before its first start. Settings are not touched: {@link Settings} overrules them
 * on the command line, which a later ALTER SYSTEM cannot undo.
 */
public final class Disarming {

    /** One danger and its remedy; doing it twice is doing it once. */
    @FunctionalInterface
    interface Step {

        /** Looks for the danger and removes it; adds what it found. */
        void run(OpenDirectory data, List<Finding> findings) throws IOException;
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
            (data, findings) -> CopyMark.mark(data));

    private Disarming() {}

    /** Does all steps, unless a server runs on that very directory. */
    public static List<Finding> run(Path dataDirectory) {
        Cluster.server(dataDirectory).ifPresent(server -> {
            throw new InUseException(
                    "cannot disarm " + dataDirectory + ": a server runs on it (process " + server.pid()
                            + "), so it is no copy",
                    "stop the server first");
        });
        List<Finding> findings = new ArrayList<>();
        try (OpenDirectory data = OpenDirectory.open(dataDirectory)) {
            for (Step step : STEPS) {
                step.run(data, findings);
            }
        } catch (IOException e) {
            throw Failures.of("cannot disarm " + dataDirectory, e);
        }
        return List.copyOf(findings);
    }

    private static void files(OpenDirectory data, List<Finding> findings) throws IOException {
        for (Map.Entry<String, String> file : FILES.entrySet()) {
            Path name = Path.of(file.getKey());
            if (data.exists(name)) {
                data.delete(name);
                findings.add(new Finding(file.getKey() + ", " + file.getValue(), "removed"));
            }
        }
    }

    private static void slots(OpenDirectory data, List<Finding> findings) throws IOException {
        // a slot would keep WAL for a consumer that reads from the original and never comes here
        for (Path slot : empty(data, Path.of("pg_replslot"))) {
            findings.add(new Finding("replication slot " + slot, "removed"));
        }
    }

    /** Removes everything in a directory; returns what that was. */
    private static List<Path> empty(OpenDirectory data, Path name) throws IOException {
        Optional<OpenDirectory> found = data.directoryIfThere(name);
        if (found.isEmpty()) {
            return List.of();
        }
        try (OpenDirectory directory = found.get()) {
            List<Path> entries = directory.names().stream().sorted().toList();
            for (Path entry : entries) {
                directory.delete(entry);
            }
            return entries;
        }
    }

    private static void settings(OpenDirectory data, List<Finding> findings) throws IOException {
        try {
            findings.addAll(SettingFindings.of(ConfFile.of(data.path())));
        } catch (ConfigurationException e) {
            // PostgreSQL says it better, when it is started
            findings.add(new Finding(String.valueOf(e.getMessage()), "left as it is"));
        }
    }

    private static void leftovers(OpenDirectory data, List<Finding> findings) throws IOException {
        for (String directory : EMPTIED) {
            empty(data, Path.of(directory));
        }
    }
}
