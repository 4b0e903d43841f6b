package dev.zvpg.postgres.run;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.postgres.Postgres;
import dev.zvpg.postgres.cluster.Cluster;
import dev.zvpg.postgres.cluster.ConfFile;
import dev.zvpg.postgres.cluster.ControlFile;
import dev.zvpg.postgres.cluster.CopyMark;
import dev.zvpg.postgres.cluster.JobLibraries;
import dev.zvpg.postgres.cluster.WalLevel;
import dev.zvpg.server.Lifetime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The settings of one run, for the command line: the only place that wins over {@code postgresql.auto.conf}, where
 * ALTER SYSTEM writes.
 */
public final class Settings {

    /** How many replication slots there can be beside those that exist: a backup needs one. */
    private static final int SPARE_SLOTS = 10;

    private static final int ARCHIVE_LIBRARY_SINCE = 15;
    private static final int SYNC_SLOTS_SINCE = 17;
    private static final int SUMMARIZE_WAL_SINCE = 17;
    private static final int IO_METHOD_SINCE = 18;

    private static final String PREPARED = "max_prepared_transactions";
    private static final String EXTERNAL_PID_FILE = "external_pid_file";

    /** Refused too, though nothing sets them here: each would take something out of our hands. */
    private static final Set<String> REFUSED = Set.of(
            "config_file",
            "data_directory",
            EXTERNAL_PID_FILE,
            "log_directory",
            "log_filename",
            "unix_socket_group",
            "unix_socket_permissions");

    /** Set here unless the caller knows better. */
    private static final Set<String> DEFAULTS =
            Set.of(WalLevel.SETTING, "max_replication_slots", "recovery_init_sync_method");

    private Settings() {}

    /**
     * All settings of a run; those of the caller come last.
     *
     * @param slots how many replication slots the cluster has
     * @throws IllegalArgumentException when the caller's would break a rule
     */
    public static Map<String, String> of(int major, int port, RunDirectory run, int slots, Map<String, String> wanted) {
        return of(major, port, run, Lifetime.DETACHED, slots, wanted);
    }

    /** The same for a server of that lifetime: an attached one has no sockets, and nothing that tells its number. */
    public static Map<String, String> of(
            int major, int port, RunDirectory run, Lifetime lifetime, int slots, Map<String, String> wanted) {
        boolean detached = lifetime == Lifetime.DETACHED;
        Map<String, String> result = new LinkedHashMap<>();
        result.put("port", Integer.toString(port));
        // nothing listens to strangers
        result.put("listen_addresses", "127.0.0.1");
        result.put("unix_socket_directories", detached ? listItem(run.socketDirectory()) : "");
        result.put("hba_file", run.hbaFile().toString());
        result.put("ident_file", run.identFile().toString());
        result.put("ssl", "off");
        result.put("bonjour", "off");
        // what belongs to a run is in the run directory
        if (detached) {
            result.put(EXTERNAL_PID_FILE, run.externalPidFile().toString());
        }
        result.put("logging_collector", "off");
        result.put("log_destination", "stderr");
        // failures are recognised by their text
        result.put("lc_messages", "C");
        // nothing reaches out: a copy has the system identifier, the slots and the subscriptions of the original
        result.put("archive_mode", "off");
        result.put("archive_command", "");
        if (major >= ARCHIVE_LIBRARY_SINCE) {
            result.put("archive_library", "");
        }
        result.put("restore_command", "");
        result.put("archive_cleanup_command", "");
        result.put("recovery_end_command", "");
        result.put("primary_conninfo", "");
        result.put("primary_slot_name", "");
        if (major >= SYNC_SLOTS_SINCE) {
            result.put("sync_replication_slots", "off");
        }
        result.put("synchronous_standby_names", "");
        result.put("max_logical_replication_workers", "0");
        result.putAll(JobLibraries.quiet());
        if (System.getProperty("os.name").equals("Linux")) {
            // the first start of a copy is a recovery, and one syncfs is several times faster than an fsync a file
            result.put("recovery_init_sync_method", "syncfs");
        }
        // a backup of the running server needs both
        result.put(WalLevel.SETTING, WalLevel.ENOUGH);
        result.put("max_replication_slots", Integer.toString(slots + SPARE_SLOTS));
        new TreeMap<>(wanted)
                .forEach((name, value) -> result.put(allowed(name, value, Set.copyOf(result.keySet())), value));
        return result;
    }

    /**
     * What the caller wants, and what the files of a copy must not have.
     *
     * @param original whether the files may have their way, although they once were a copy
     */
    public static Map<String, String> wanted(Path dataDirectory, boolean original, Map<String, String> caller)
            throws IOException {
        Map<String, String> result = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        result.putAll(WalLevel.instead(inFiles(dataDirectory)));
        if (!original && CopyMark.isCopy(dataDirectory)) { // on what is no copy, whoever set them wants them
            result.putAll(JobLibraries.instead(dataDirectory));
        }
        result.putAll(caller);
        return result;
    }

    /**
     * What an image of a running server needs to recover and a clean one does not: room for the transactions that were
     * prepared there, whatever its own settings are, which stay with the branch that it is an image of.
     */
    static Map<String, String> forRecovery(Path dataDirectory, Map<String, String> inFiles, Map<String, String> wanted)
            throws IOException {
        ControlFile control = ControlFile.read(dataDirectory);
        boolean isDone = control.isCleanlyStopped()
                && Cluster.contents(dataDirectory, "pg_twophase").isEmpty();
        String chosen = wanted.getOrDefault(PREPARED, inFiles.getOrDefault(PREPARED, "0"));
        boolean isLess = chosen.matches("[0-9]{1,9}") && Integer.parseInt(chosen) < control.maxPreparedTransactions();
        return isDone || !isLess ? Map.of() : Map.of(PREPARED, Integer.toString(control.maxPreparedTransactions()));
    }

    /** What the server on a directory finds in its files. */
    static Map<String, String> inFiles(Path dataDirectory) throws IOException {
        try {
            return ConfFile.of(dataDirectory);
        } catch (ConfigurationException e) {
            return Map.of(); // the server will say what is wrong with its files
        }
    }

    /**
     * What an attached server must not have of its files. It complains of an empty name, so that is said only where
     * there is one.
     */
    static Map<String, String> withoutExternalPidFile(Map<String, String> inFiles) {
        return inFiles.containsKey(EXTERNAL_PID_FILE) ? Map.of(EXTERNAL_PID_FILE, "") : Map.of();
    }

    /** What makes a server start fast and never wait; {@link Postgres#leanSettings} says why, and what is chosen wins. */
    public static Map<String, String> lean(int major, Map<String, String> chosen) {
        Map<String, String> result = new TreeMap<>(Map.of(
                "fsync", "off",
                "synchronous_commit", "off",
                "full_page_writes", "off",
                "autovacuum", "off",
                "wal_level", "minimal",
                "max_wal_senders", "0",
                "shared_buffers", "16MB",
                "max_connections", "40",
                "checkpoint_timeout", "1d",
                "huge_pages", "off"));
        result.put("jit", "off");
        if (major >= SUMMARIZE_WAL_SINCE) {
            result.put("summarize_wal", "off");
        }
        if (major >= IO_METHOD_SINCE) {
            result.put("io_method", "sync");
        }
        Map<String, String> said = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        said.putAll(chosen);
        if (!said.getOrDefault(WalLevel.SETTING, "minimal").equalsIgnoreCase("minimal")) {
            result.remove("max_wal_senders"); // whoever wants more in the log wants to read it
        }
        said.keySet().forEach(name -> result.remove(name.toLowerCase(Locale.ROOT)));
        result.putAll(chosen);
        return result;
    }

    /** Throws what {@link #of} would, before there is a run. */
    public static void check(int major, Map<String, String> wanted) {
        Path none = Path.of("/");
        of(major, 1, new RunDirectory(none, none, false), 0, wanted);
    }

    private static String allowed(String name, String value, Set<String> ours) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (!lower.matches("[a-z_][a-z0-9_$]*(\\.[a-z_][a-z0-9_$]*)*")) {
            throw new IllegalArgumentException("not the name of a PostgreSQL setting: '" + name + "'");
        }
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the value of setting " + name + " contains a NUL character");
        }
        if (REFUSED.contains(lower) || (ours.contains(lower) && !isDefault(lower))) {
            throw new IllegalArgumentException(
                    "setting " + name + " cannot be chosen: ZVPG sets it, so that a server is "
                            + "reached from this machine only, keeps its log and socket in its run directory, and no copy reaches "
                            + "out of itself; leave out " + name);
        }
        return lower;
    }

    private static boolean isDefault(String name) {
        return DEFAULTS.contains(name) || JobLibraries.quiet().containsKey(name);
    }

    /** Whether a setting is no cluster's to choose, but this library's. */
    public static boolean isOurs(int major, String name) {
        return REFUSED.contains(name)
                || (!isDefault(name)
                        && of(major, 1, new RunDirectory(Path.of("/"), Path.of("/"), false), 0, Map.of())
                                .containsKey(name));
    }

    /** {@code unix_socket_directories} is a list; an item in double quotes may contain anything. */
    private static String listItem(Path path) {
        return '"' + path.toString().replace("\"", "\"\"") + '"';
    }
}
