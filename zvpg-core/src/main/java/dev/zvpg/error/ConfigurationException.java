package dev.zvpg.error;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A setting, or a file that holds settings, cannot be used. The message names the file, the key and the allowed values.
 *
 * <p>Immutable.
 */
public final class ConfigurationException extends ZvpgException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String file;
    private final @Nullable String key;

    /**
     * Creates the exception where there is nothing to advise.
     *
     * @param problem what is wrong, and why
     */
    public ConfigurationException(String problem) {
        super(problem, null, null);
        this.file = null;
        this.key = null;
    }

    /**
     * Creates the exception.
     *
     * @param problem what is wrong, and why
     * @param advice what is allowed, or what to do next
     */
    public ConfigurationException(String problem, String advice) {
        super(problem, advice, null);
        this.file = null;
        this.key = null;
    }

    /**
     * Creates the exception where there is nothing to advise; its problem is {@code FILE: key KEY: problem}.
     *
     * @param file the file that holds the setting
     * @param key the setting, or null when the whole file is meant
     * @param problem what is wrong
     * @param cause what was caught, or null
     */
    public ConfigurationException(Path file, @Nullable String key, String problem, @Nullable Throwable cause) {
        this(file, key, problem, null, cause);
    }

    /**
     * Creates the exception; its problem is {@code FILE: key KEY: problem}.
     *
     * @param file the file that holds the setting
     * @param key the setting, or null when the whole file is meant
     * @param problem what is wrong
     * @param advice what is allowed, or what to do next
     * @param cause what was caught, or null
     */
    public ConfigurationException(
            Path file, @Nullable String key, String problem, @Nullable String advice, @Nullable Throwable cause) {
        super(file + ": " + (key == null ? "" : "key " + key + ": ") + problem, advice, cause);
        this.file = file.toString();
        this.key = key;
    }

    /**
     * Returns the file that holds the setting.
     *
     * @return empty when the setting was made in code
     */
    public Optional<Path> file() {
        return Optional.ofNullable(file).map(Path::of);
    }

    /**
     * Returns the setting that cannot be used.
     *
     * @return empty when the whole file is meant
     */
    public Optional<String> key() {
        return Optional.ofNullable(key);
    }
}
