package dev.zvpg.postgres.unchanged;

import dev.zvpg.postgres.cluster.ControlFile;
import dev.zvpg.postgres.install.Installation;
import dev.zvpg.postgres.os.Program;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.server.Position;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads from the write-ahead log whether anything but VACUUM, ANALYZE and checkpoints was at work. Whatever is not
 * known to be theirs counts as somebody's work, and so does a log that is no longer there.
 */
public final class Housekeeping {

    /** A line of {@code pg_waldump}: its resource manager, the transaction, and what was done. */
    private static final Pattern RECORD =
            Pattern.compile("rmgr: (\\w+)\\s+len .*, tx:\\s+(\\d+), lsn: .*, desc: ([A-Z0-9_]+(?:\\+INIT)?)\\b(.*)");

    private static final Pattern RELATION = Pattern.compile("\\brel (\\d+)/(\\d+)/(\\d+)\\b");

    private static final String TRANSACTION = "Transaction";
    private static final String INVALIDATION = "INVALIDATION";

    /**
     * What VACUUM does in pages of any relation, by resource manager; {@code INPLACE} changes nothing but counts of
     * pages and rows and the horizon of frozen rows.
     */
    private static final Map<String, Set<String>> TIDYING = Map.of(
            "XLOG",
            Set.of("FPI", "FPI_FOR_HINT"),
            TRANSACTION,
            Set.of("COMMIT", "ABORT", INVALIDATION, "ASSIGNMENT"),
            "Standby",
            Set.of("LOCK", "RUNNING_XACTS", "INVALIDATIONS"),
            "Storage",
            Set.of("TRUNCATE"),
            "Heap",
            Set.of("INPLACE"),
            "Heap2",
            Set.of(
                    "PRUNE",
                    "PRUNE_ON_ACCESS",
                    "PRUNE_VACUUM_SCAN",
                    "PRUNE_VACUUM_CLEANUP",
                    "VACUUM",
                    "FREEZE_PAGE",
                    "NEW_CID", // beside a change in a catalog, which has a record of its own
                    "VISIBLE"),
            "Btree",
            Set.of(
                    "VACUUM",
                    "DELETE",
                    "DEDUP",
                    "MARK_PAGE_HALFDEAD",
                    "UNLINK_PAGE",
                    "UNLINK_PAGE_META",
                    "REUSE_PAGE",
                    "META_CLEANUP"),
            "Gin",
            Set.of("VACUUM_PAGE", "VACUUM_DATA_LEAF_PAGE", "DELETE_PAGE"),
            "Gist",
            Set.of("DELETE", "PAGE_DELETE", "PAGE_REUSE", "PAGE_UPDATE"),
            "Hash",
            Set.of("DELETE", "VACUUM_ONE_PAGE", "SQUEEZE_PAGE", "SPLIT_CLEANUP", "UPDATE_META_PAGE"));

    /**
     * In whose pages anything may be done, if it is one of these; rows of a catalog's table are rows like all others.
     */
    private static final Set<String> WRITING = Set.of("Heap", "Heap2", "Btree");

    /**
     * {@code pg_statistic}, {@code pg_statistic_ext_data}, their indexes and TOAST tables, in the files that they are
     * born with. Users' relations have greater numbers.
     */
    private static final Set<String> STATISTICS =
            Set.of("2619", "2696", "2840", "2841", "3429", "3433", "3430", "3431");

    private static final String NO_TRANSACTION = "0";

    /** Enough for some gigabytes of log, all of it housekeeping: what is not is seen at its first record. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    private Housekeeping() {}

    /** Whether that is all there is between two positions; false also when the log cannot be read, or not in time. */
    public static boolean isAll(
            Installation installation, ServerUser user, Path dataDirectory, Position from, Position to) {
        return isAll(installation, user, dataDirectory, from, to, PATIENCE);
    }

    public static boolean isAll(
            Installation installation,
            ServerUser user,
            Path dataDirectory,
            Position from,
            Position to,
            Duration patience) {
        Path program = installation.bin().resolve("pg_waldump");
        if (!Files.isExecutable(program) // embedded binaries have none
                || Unlogged.isAny(dataDirectory)) { // whose rows are in no log
            return false;
        }
        Process process = null;
        try {
            process = Program.open(
                    user,
                    program.toString(),
                    "--path=" + dataDirectory.resolve("pg_wal"),
                    "--timeline=" + ControlFile.read(dataDirectory).timeline(),
                    "--start=" + from.wal(),
                    "--end=" + to.wal());
            FutureTask<Boolean> reading = read(process);
            return reading.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.debug("Whether there was only housekeeping in {} is not found out within {}", dataDirectory, patience);
            return false;
        } catch (IOException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            if (process != null) {
                process.destroyForcibly(); // it may have a lot more to say
            }
        }
    }

    /** On a thread that may be left alone: one that waits for a disk ends with nothing else than that. */
    private static FutureTask<Boolean> read(Process process) {
        FutureTask<Boolean> reading = new FutureTask<>(() -> isAll(process) && process.waitFor() == 0);
        Thread reader = new Thread(reading, "zvpg-waldump");
        reader.setDaemon(true);
        reader.start();
        return reading;
    }

    private static boolean isAll(Process process) throws IOException {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!isTidying(line)) {
                    LOG.debug("Not housekeeping: {}", line);
                    return false;
                }
            }
            return true;
        }
    }

    /** Whether one line of the log is housekeeping, or none of the log's. */
    static boolean isTidying(String line) {
        if (!line.startsWith("rmgr: ")) {
            return true; // its end, or what was skipped to reach the first record; its exit code tells of an error
        }
        Matcher record = RECORD.matcher(line);
        if (!record.matches()) {
            return false;
        }
        String manager = record.group(1);
        if (record.group(2).equals(NO_TRANSACTION)) {
            // what was prepared is committed without an id of its own
            return !manager.equals(TRANSACTION) || record.group(3).equals(INVALIDATION);
        }
        return TIDYING.getOrDefault(manager, Set.of()).contains(record.group(3))
                || (WRITING.contains(manager) && isInStatistics(record.group(4)));
    }

    private static boolean isInStatistics(String description) {
        Matcher relation = RELATION.matcher(description);
        boolean found = false;
        while (relation.find()) {
            if (!STATISTICS.contains(relation.group(3))) {
                return false;
            }
            found = true;
        }
        return found;
    }
}
