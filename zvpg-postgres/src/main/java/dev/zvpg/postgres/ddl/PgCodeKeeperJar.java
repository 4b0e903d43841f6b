package dev.zvpg.postgres.ddl;

import dev.zvpg.error.ConfigurationException;

/** Whether the library pgCodeKeeper is there. Without it, no class can be loaded that uses it. */
final class PgCodeKeeperJar {

    private static final String LIBRARY = "org.pgcodekeeper.core.api.PgCodeKeeperApi";

    private PgCodeKeeperJar() {}

    /**
     * Says what has to be added before anything can be written.
     *
     * @throws ConfigurationException when the library is missing; the message names its coordinates
     */
    static void require() {
        try {
            Class.forName(LIBRARY, false, PgCodeKeeperJar.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new ConfigurationException(
                    "cannot carry changes of definitions over: the library that writes them as statements is optional, and not"
                            + " on the class path",
                    "add org.pgcodekeeper:pgcodekeeper-core:13.1.0 to the class path, or make the same changes in both"
                            + " branches");
        }
    }
}
