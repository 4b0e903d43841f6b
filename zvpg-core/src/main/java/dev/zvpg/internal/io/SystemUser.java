package dev.zvpg.internal.io;

import dev.zvpg.error.ConfigurationException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What Java says of the user who runs it. Of one whom the system has no entry for, as containers have that are started
 * with a number, it says only {@code ?}. Stateless.
 */
public final class SystemUser {

    private SystemUser() {}

    /** Returns what the user is called. */
    public static String name() {
        return name(System.getProperty("user.name"), System.getenv("USER"));
    }

    static String name(@Nullable String ofJava, @Nullable String ofEnvironment) {
        if (ofJava != null && !ofJava.isBlank() && !ofJava.equals("?")) {
            return ofJava;
        }
        return ofEnvironment == null || ofEnvironment.isBlank() ? "unknown" : ofEnvironment;
    }

    /**
     * Returns the user's home directory.
     *
     * @throws ConfigurationException when there is none
     */
    public static Path home() {
        Path home = homeOrNull();
        if (home == null) {
            throw new ConfigurationException(
                    "this user has no home directory: the system has no entry for it, and HOME is not set",
                    "set HOME, or say where everything is to be (ZVPG_CONFIG, and --home with zvpg init)");
        }
        return home;
    }

    /** Returns the user's home directory, or null when there is none. */
    public static @Nullable Path homeOrNull() {
        return home(System.getProperty("user.home"), System.getenv("HOME"));
    }

    static @Nullable Path home(@Nullable String ofJava, @Nullable String ofEnvironment) {
        if (ofJava != null && ofJava.startsWith("/")) {
            return Path.of(ofJava);
        }
        return ofEnvironment != null && ofEnvironment.startsWith("/") ? Path.of(ofEnvironment) : null;
    }
}
