package dev.zvpg.postgres.copy;

import dev.zvpg.error.ServerException;
import dev.zvpg.postgres.run.SingleUser;
import dev.zvpg.server.Finding;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks into the databases of a foreign cluster whose locales are not those of its first one: a database whose locale
 * is missing on this machine lets nobody in.
 */
record DatabaseLocales(SingleUser single, Map<String, String> settings, String first) {

    /**
     * One database for each locale, and the names of all that have it; their encodings differ, so nothing of it is
     * plain.
     */
    private static final String GROUPS = """
            coalesce((SELECT string_agg(one || ' ' || names, ',') FROM (
             SELECT encode(convert_to(min(datname::text), 'UTF8'), 'hex') AS one,
              encode(convert_to(string_agg(datname::text, ', ' ORDER BY datname), 'UTF8'), 'hex') AS names
             FROM pg_database WHERE datallowconn GROUP BY datcollate, datctype
             HAVING NOT bool_or(datname = 'template1')) AS g), '')
            """.replace("\n", " ");

    private static final Pattern GROUP = Pattern.compile("([0-9a-f]+) ([0-9a-f]+)");

    List<Finding> missing() {
        List<Finding> findings = new ArrayList<>();
        String groups = single.execute("look at the databases", settings, first, SingleUser.ask(GROUPS))
                .get(0);
        Matcher group = GROUP.matcher(groups);
        while (group.find()) {
            try {
                single.execute("look into a database", settings, text(group.group(1)));
            } catch (ServerException e) {
                findings.add(new Finding(
                        "databases that cannot be used here (" + text(group.group(2)) + "): "
                                + String.join(" ", e.lastLogLines()),
                        "left as they are; install their locale (locale-gen) and start the server again"));
            }
        }
        return findings;
    }

    private static String text(String hex) {
        return new String(HexFormat.of().parseHex(hex), StandardCharsets.UTF_8);
    }
}
