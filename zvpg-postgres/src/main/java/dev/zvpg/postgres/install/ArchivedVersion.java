package dev.zvpg.postgres.install;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells the version of the programs in an archive, which takes a second or two, once for each archive and JVM.
 * Thread-safe.
 */
final class ArchivedVersion {

    private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) (\\d+\\.\\d+)\\b");
    private static final Map<String, String> KNOWN = new ConcurrentHashMap<>();

    private ArchivedVersion() {}

    /** Returns such as {@code 18.6}. */
    static String of(URL archive, String checksum) throws IOException {
        String known = KNOWN.get(checksum);
        if (known == null) {
            ArchiveLibraries.require();
            try (InputStream in = archive.openStream()) {
                // what postgres --version prints is in it as it is
                String program = new String(Archive.entry(in, "bin/postgres"), StandardCharsets.ISO_8859_1);
                Matcher version = VERSION.matcher(program);
                if (!version.find()) {
                    throw new IOException("its bin/postgres does not tell its version");
                }
                known = version.group(1);
            }
            KNOWN.put(checksum, known);
        }
        return known;
    }
}
