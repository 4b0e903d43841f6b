package dev.zvpg.postgres.copy;

import dev.zvpg.postgres.cluster.JobLibraries;
import dev.zvpg.postgres.run.Settings;
import dev.zvpg.server.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Settings of a copy that lead out of it, or back to the original. They are only reported here: {@link Settings}
 * overrules all of them at each start. Values may hold passwords, so only harmless ones are shown.
 */
public final class SettingFindings {

    private static final List<String> PLACES = List.of(
            "data_directory", "config_file", "hba_file", "ident_file", "external_pid_file", "unix_socket_directories");

    private static final Set<String> LOCAL = Set.of("", "localhost", "127.0.0.1", "::1", "localhost,127.0.0.1");

    private SettingFindings() {}

    public static List<Finding> of(Map<String, String> settings) {
        List<Finding> found = new ArrayList<>();
        if (!isOff(settings, "archive_mode")) {
            found.add(new Finding("archive_mode, which sends WAL to the original's archive", "overruled: off"));
        }
        filled(settings, "restore_command", "which fetches WAL from the original's archive", found);
        filled(settings, "archive_cleanup_command", "which runs where the original's archive is", found);
        filled(settings, "recovery_end_command", "which runs when a recovery ends", found);
        filled(settings, "primary_conninfo", "the way to a primary", found);
        filled(settings, "primary_slot_name", "a slot on a primary", found);
        filled(settings, "synchronous_standby_names", "for which commits would wait", found);
        if (!isOff(settings, "sync_replication_slots")) {
            found.add(new Finding("sync_replication_slots, which asks a primary", "overruled: off"));
        }
        jobs(settings, found);
        String listen = settings.getOrDefault("listen_addresses", "localhost");
        if (!LOCAL.contains(listen.replace(" ", ""))) {
            found.add(new Finding("listen_addresses = " + listen, "overruled: 127.0.0.1"));
        }
        if (!isOff(settings, "ssl")) {
            found.add(new Finding("ssl with the original's keys", "overruled: off"));
        }
        if (!isOff(settings, "logging_collector")) {
            found.add(new Finding("logging_collector, which writes where the original logs", "overruled: off"));
        }
        for (String place : PLACES) {
            if (settings.containsKey(place)) {
                found.add(new Finding(place + " = " + settings.get(place), "overruled: a place of its own"));
            }
        }
        return found;
    }

    private static void jobs(Map<String, String> settings, List<Finding> found) {
        for (String setting : JobLibraries.settings()) {
            JobLibraries.in(settings.getOrDefault(setting, ""))
                    .forEach(library -> found.add(new Finding(
                            library + " in " + setting + ", which may act by itself",
                            "not loaded, unless the setting is chosen for the copy")));
        }
        if (settings.getOrDefault(JobLibraries.SETTING, "").contains("timescaledb")) {
            found.add(new Finding("jobs of timescaledb", "overruled: no background workers"));
        }
    }

    private static void filled(Map<String, String> settings, String name, String what, List<Finding> found) {
        if (!settings.getOrDefault(name, "").isBlank()) {
            found.add(new Finding(name + ", " + what, "overruled: empty"));
        }
    }

    private static boolean isOff(Map<String, String> settings, String name) {
        return Set.of("off", "false", "no", "0", "of", "f", "fa", "fal", "fals", "n")
                .contains(settings.getOrDefault(name, "off").toLowerCase(Locale.ROOT));
    }
}
