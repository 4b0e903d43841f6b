package dev.zvpg.postgres.cluster;

import dev.zvpg.postgres.os.Reader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Libraries that a server loads when it starts. Any of them may do something by itself: run jobs, listen, call other
 * servers, take part in replication; a copy that loads one does what the original does, a second time. So a copy loads
 * those only that are known to do nothing of the kind, and what it is told to load.
 */
public final class JobLibraries {

    public static final String SETTING = "shared_preload_libraries";

    /** What is loaded in each session. */
    public static final List<String> OF_SESSIONS = List.of("session_preload_libraries", "local_preload_libraries");

    /** Known to do nothing by themselves that reaches out of a server, with {@link #quiet}. */
    private static final Set<String> QUIET = Set.of(
            "anon",
            "age",
            "auto_explain",
            "auth_delay",
            "credcheck",
            "hypopg",
            "orafce",
            "passwordcheck",
            "pg_hint_plan",
            "pg_prewarm",
            "pg_qualstats",
            "pg_stat_kcache",
            "pg_stat_monitor",
            "pg_stat_statements",
            "pg_store_plans",
            "pg_trgm",
            "pg_wait_sampling",
            "pgaudit",
            "pgauditlogtofile",
            "plpgsql",
            "plpgsql_check",
            "plprofiler",
            "postgis-3",
            "safeupdate",
            "sepgsql",
            "set_user",
            "supautils",
            "timescaledb",
            "vector");

    /**
     * A line that says what to load, or that it is said elsewhere: without one nearly all files need not be taken
     * apart.
     */
    private static final Pattern MENTIONED =
            Pattern.compile("(?im)^\\s*(?:include|include_dir|include_if_exists|\\w+_preload_libraries)\\b");

    private JobLibraries() {}

    /** Those in a list that a copy does not load. */
    public static List<String> in(String list) {
        return items(list).stream().filter(JobLibraries::isJob).toList();
    }

    /** The list without them; empty when there are none. */
    public static Optional<String> without(String list) {
        List<String> items = items(list);
        List<String> rest = items.stream().filter(item -> !isJob(item)).toList();
        return rest.size() == items.size()
                ? Optional.empty()
                : Optional.of(String.join(
                        ",",
                        rest.stream()
                                .map(item -> '"' + item.replace("\"", "\"\"") + '"')
                                .toList()));
    }

    /**
     * What a server on the files of a copy must load instead of what they say, by setting; none for those that may have
     * their way.
     */
    public static Map<String, String> instead(Path dataDirectory) throws IOException {
        Map<String, String> result = new TreeMap<>();
        if (!isMentioned(dataDirectory)) {
            return result;
        }
        Map<String, String> settings = ConfFile.of(dataDirectory);
        for (String name : settings()) {
            without(settings.getOrDefault(name, "")).ifPresent(rest -> result.put(name, rest));
        }
        return result;
    }

    /** The settings that name libraries. */
    public static List<String> settings() {
        List<String> settings = new ArrayList<>(OF_SESSIONS);
        settings.add(SETTING);
        return settings;
    }

    private static boolean isMentioned(Path dataDirectory) throws IOException {
        for (String name : List.of(ConfFile.NAME, ConfFile.AUTO)) {
            Path file = dataDirectory.resolve(name);
            if (Files.isRegularFile(file)
                    && MENTIONED.matcher(Reader.own().text(file)).find()) {
                return true;
            }
        }
        return false;
    }

    private static boolean isJob(String item) {
        String name = item.substring(item.lastIndexOf('/') + 1);
        return !QUIET.contains(name.endsWith(".so") ? name.substring(0, name.length() - ".so".length()) : name);
    }

    /** The items of a list, of which some may be in double quotes. */
    private static List<String> items(String list) {
        List<String> items = new ArrayList<>();
        StringBuilder item = new StringBuilder();
        boolean quoted = false;
        for (char c : (list + ",").toCharArray()) {
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                String name = item.toString().trim();
                if (!name.isEmpty()) {
                    items.add(name);
                }
                item.setLength(0);
            } else {
                item.append(c);
            }
        }
        return items;
    }

    /**
     * Settings that keep those quiet that must be loaded, because tables need them. Nobody minds them who is not there.
     */
    public static Map<String, String> quiet() {
        return Map.of("cron.launch_active_jobs", "off", "timescaledb.max_background_workers", "0");
    }
}
