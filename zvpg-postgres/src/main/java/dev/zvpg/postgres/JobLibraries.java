package dev.zvpg.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Libraries in {@code shared_preload_libraries} that do something by themselves: run jobs, call other servers, take part in
 * replication. A copy that loads one does what the original does, a second time.
 */
final class JobLibraries {

    static final String SETTING = "shared_preload_libraries";

    private static final Set<String> NAMES = Set.of(
            "pg_cron",
            "pg_timetable",
            "pgagent",
            "pg_partman_bgw",
            "pg_squeeze",
            "pg_net",
            "pg_failover_slots",
            "pglogical",
            "spock",
            "bdr",
            "repmgr",
            "citus",
            "worker_spi",
            "bgw_replstatus");

    private JobLibraries() {}

    /** Those in a list. */
    static List<String> in(String list) {
        return items(list).stream().filter(JobLibraries::isJob).toList();
    }

    /** The list without them; empty when there are none. */
    static Optional<String> without(String list) {
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

    /** What a server on this directory must load instead of what its files say; empty when they may have their way. */
    static Optional<String> instead(Path dataDirectory) throws IOException {
        if (!isMentioned(dataDirectory)) {
            return Optional.empty(); // nearly always, and without taking the files apart
        }
        return Optional.ofNullable(ConfFile.of(dataDirectory).get(SETTING)).flatMap(JobLibraries::without);
    }

    private static boolean isMentioned(Path dataDirectory) throws IOException {
        for (String name : List.of(ConfFile.NAME, ConfFile.AUTO)) {
            Path file = dataDirectory.resolve(name);
            if (Files.isRegularFile(file)) {
                String text = Files.readString(file, StandardCharsets.ISO_8859_1);
                if (NAMES.stream().anyMatch(text::contains)
                        || text.lines().anyMatch(line -> line.startsWith("include"))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isJob(String item) {
        String name = item.substring(item.lastIndexOf('/') + 1);
        return NAMES.contains(name.endsWith(".so") ? name.substring(0, name.length() - ".so".length()) : name);
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

    /** Settings that keep those quiet that must be loaded, because tables need them. Nobody minds them who is not there. */
    static Map<String, String> quiet() {
        return Map.of("cron.launch_active_jobs", "off", "timescaledb.max_background_workers", "0");
    }
}
