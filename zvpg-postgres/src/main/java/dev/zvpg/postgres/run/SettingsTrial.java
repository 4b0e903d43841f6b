package dev.zvpg.postgres.run;

import dev.zvpg.postgres.install.Installation;
import dev.zvpg.postgres.os.Program;
import dev.zvpg.postgres.os.ServerUser;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks PostgreSQL what it thinks of settings, so that a name that it does not know or a value that it cannot read is
 * refused before anybody stores them, and not by the next start. That takes some milliseconds, so what was found good
 * is remembered.
 *
 * <p>Thread-safe.
 */
public final class SettingsTrial {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Pattern COMPLAINT = Pattern.compile("FATAL:  (.*)");
    private static final int MOST_REMEMBERED = 1000;

    private static final Set<List<Object>> GOOD = ConcurrentHashMap.newKeySet();

    private SettingsTrial() {}

    /**
     * Refuses settings that no server of this installation takes. A program that cannot be run says nothing of them.
     *
     * @throws IllegalArgumentException in PostgreSQL's own words
     */
    public static void run(Installation installation, ServerUser user, Map<String, String> settings) {
        List<Object> trial = List.of(installation.bin(), Map.copyOf(settings));
        if (GOOD.contains(trial)) {
            return;
        }
        Matcher complaint = COMPLAINT.matcher(ask(installation, user, settings));
        if (complaint.find()) {
            throw new IllegalArgumentException("PostgreSQL " + installation.version() + " does not take the settings "
                    + String.join(", ", new TreeMap<>(settings).keySet()) + ": " + complaint.group(1)
                    + "; correct that or leave it out");
        }
        if (GOOD.size() < MOST_REMEMBERED) {
            GOOD.add(trial);
        }
    }

    private static String ask(Installation installation, ServerUser user, Map<String, String> settings) {
        // asked for one setting, it reads them all; it wants a directory, and looks for nothing in it
        List<String> command = new ArrayList<>(
                List.of(installation.program("postgres"), "-C", "port", "-D", "/", "-c", "config_file=/dev/null"));
        settings.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        try {
            return Program.runToTheEnd(user, TIMEOUT, Map.of(), command.toArray(String[]::new))
                    .output();
        } catch (IOException e) {
            return "";
        }
    }
}
