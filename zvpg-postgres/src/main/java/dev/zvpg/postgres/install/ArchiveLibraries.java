package dev.zvpg.postgres.install;

import dev.zvpg.error.ConfigurationException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The libraries that {@link Archive} needs, which cannot be loaded without them. They are optional, because only
 * embedded binaries come as archives.
 */
final class ArchiveLibraries {

    /** A class of each library, and the library's coordinates. */
    private static final Map<String, String> LIBRARIES = new LinkedHashMap<>();

    static {
        LIBRARIES.put(
                "org.apache.commons.compress.archivers.tar.TarArchiveInputStream",
                "org.apache.commons:commons-compress (1.28.0 or later)");
        LIBRARIES.put("org.tukaani.xz.XZInputStream", "org.tukaani:xz (1.10 or later)");
    }

    private ArchiveLibraries() {}

    /**
     * Says what has to be added before anything can be unpacked.
     *
     * @throws ConfigurationException when a library is missing; the message names the coordinates of all that are
     */
    static void require() {
        String missing = LIBRARIES.entrySet().stream()
                .filter(library -> !isThere(library.getKey()))
                .map(Map.Entry::getValue)
                .collect(Collectors.joining(" and "));
        if (!missing.isEmpty()) {
            throw new ConfigurationException(
                    "cannot unpack the embedded PostgreSQL: the libraries that read its archive are optional, and not on the"
                            + " class path",
                    "add " + missing + " to the class path, or use an installed PostgreSQL");
        }
    }

    private static boolean isThere(String className) {
        try {
            Class.forName(className, false, ArchiveLibraries.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
