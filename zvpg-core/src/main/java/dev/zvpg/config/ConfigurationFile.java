package dev.zvpg.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zvpg.config.Configuration.LogLevel;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.internal.io.AtomicFile;
import dev.zvpg.internal.io.IoFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * A configuration as JSON. Read and written by hand, because a mapper would need the module opened to it, and could not
 * say what is allowed. Immutable.
 */
record ConfigurationFile(Path file) {

    static final String HOME = "home";
    static final String STORAGE = "storage";
    static final String ZFS_POOL = "zfsPool";
    static final String MOUNT_DIR = "mountDir";
    static final String CLONE_PORT_START = "clonePortStart";
    static final String CLONE_PORT_END = "clonePortEnd";
    static final String LOG_LEVEL = "logLevel";
    static final String POSTGRES_BIN = "postgresBin";
    static final String MAX_CLONES = "maxClones";
    static final String AUTHOR = "author";
    static final String START_TIMEOUT = "startTimeoutSeconds";

    private static final List<String> KEYS = List.of(
            HOME,
            STORAGE,
            ZFS_POOL,
            MOUNT_DIR,
            CLONE_PORT_START,
            CLONE_PORT_END,
            LOG_LEVEL,
            POSTGRES_BIN,
            MAX_CLONES,
            AUTHOR,
            START_TIMEOUT);

    private static final int MIN_PORT = 1024;
    private static final int MAX_PORT = 65_535;
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    Configuration read() {
        JsonNode json = json();
        for (Map.Entry<String, JsonNode> entry : json.properties()) {
            if (!KEYS.contains(entry.getKey())) {
                throw new ConfigurationException(
                        file, entry.getKey(), "is not known", "allowed are " + String.join(", ", KEYS), null);
            }
        }
        Optional<String> zfsPool = text(json, ZFS_POOL, "the name of a ZFS pool");
        Optional<Path> mountDir = path(json, MOUNT_DIR);
        String storage = storage(json, zfsPool, mountDir);
        PortRange defaults = PortRange.DEFAULT;
        int first = number(json, CLONE_PORT_START, MIN_PORT, MAX_PORT).orElse(defaults.first());
        int last = number(json, CLONE_PORT_END, MIN_PORT, MAX_PORT)
                .orElse(json.has(CLONE_PORT_START) ? Math.max(first, defaults.last()) : defaults.last());
        if (first > last) {
            throw bad(CLONE_PORT_END, Integer.toString(last), CLONE_PORT_START + " (" + first + ") to " + MAX_PORT);
        }
        return new Configuration(
                path(json, HOME).or(() -> mountDir).orElseGet(Configuration::defaultHome),
                storage,
                zfsPool,
                mountDir,
                new PortRange(first, last),
                logLevel(json),
                path(json, POSTGRES_BIN),
                number(json, MAX_CLONES, 1, Integer.MAX_VALUE),
                text(json, AUTHOR, "a name"),
                seconds(json, START_TIMEOUT));
    }

    private JsonNode json() {
        JsonNode json;
        try {
            json = JSON.readTree(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            throw new NotFoundException("no configuration at " + file, "write one, or name another file", e);
        } catch (JsonProcessingException e) {
            throw new ConfigurationException(
                    file,
                    null,
                    "it is not JSON: " + e.getOriginalMessage() + " (line "
                            + e.getLocation().getLineNr() + ")",
                    "repair it",
                    e);
        } catch (IOException e) {
            throw IoFailure.of("read", file, e);
        }
        if (!json.isObject()) {
            throw new ConfigurationException(
                    file, null, "it is not a JSON object", "allowed is {\"KEY\": VALUE, …}", null);
        }
        return json;
    }

    private String storage(JsonNode json, Optional<String> zfsPool, Optional<Path> mountDir) {
        String allowed = "one of " + String.join(", ", Providers.storageNames());
        String storage =
                text(json, STORAGE, allowed).orElse(zfsPool.isPresent() ? Configuration.ZFS : Configuration.DIRECTORY);
        if (!Providers.storageNames().contains(storage)) {
            throw bad(STORAGE, '"' + storage + '"', allowed);
        }
        boolean zfs = storage.equals(Configuration.ZFS);
        if (zfs && zfsPool.isEmpty()) {
            throw new ConfigurationException(
                    file, ZFS_POOL, "is missing, and storage zfs needs it", "allowed is the name of a ZFS pool", null);
        }
        if (!zfs && zfsPool.isPresent()) {
            throw new ConfigurationException(
                    file, ZFS_POOL, "is allowed with storage zfs only, and storage is " + storage, null);
        }
        if (storage.equals(Configuration.DIRECTORY) && mountDir.isPresent() && json.has(HOME)) {
            throw new ConfigurationException(
                    file,
                    MOUNT_DIR,
                    "is not allowed beside home with storage directory, which keeps everything in home",
                    "remove one",
                    null);
        }
        return storage;
    }

    private LogLevel logLevel(JsonNode json) {
        String allowed = "one of "
                + Arrays.stream(LogLevel.values()).map(LogLevel::toString).collect(Collectors.joining(", "));
        Optional<String> text = text(json, LOG_LEVEL, allowed);
        return text.isEmpty()
                ? LogLevel.WARN
                : Arrays.stream(LogLevel.values())
                        .filter(level -> level.toString().equals(text.get()))
                        .findFirst()
                        .orElseThrow(() -> bad(LOG_LEVEL, '"' + text.get() + '"', allowed));
    }

    private Optional<String> text(JsonNode json, String key, String allowed) {
        if (!json.has(key)) {
            return Optional.empty();
        }
        JsonNode value = json.get(key);
        if (!value.isTextual() || value.textValue().isBlank()) {
            throw bad(key, value.toString(), allowed);
        }
        return Optional.of(value.textValue());
    }

    private Optional<Path> path(JsonNode json, String key) {
        String allowed = "an absolute path";
        Optional<String> text = text(json, key, allowed);
        try {
            Optional<Path> path = text.map(Path::of);
            if (path.isPresent() && !path.get().isAbsolute()) {
                throw bad(key, '"' + text.get() + '"', allowed);
            }
            return path;
        } catch (InvalidPathException e) {
            throw bad(key, '"' + text.get() + '"', allowed);
        }
    }

    private OptionalInt number(JsonNode json, String key, int least, int most) {
        if (!json.has(key)) {
            return OptionalInt.empty();
        }
        JsonNode value = json.get(key);
        if (!value.isIntegralNumber()
                || !value.canConvertToInt()
                || value.intValue() < least
                || value.intValue() > most) {
            throw bad(key, value.toString(), "a number from " + least + " to " + most);
        }
        return OptionalInt.of(value.intValue());
    }

    private Optional<Duration> seconds(JsonNode json, String key) {
        OptionalInt seconds = number(json, key, 1, Integer.MAX_VALUE);
        return seconds.isPresent() ? Optional.of(Duration.ofSeconds(seconds.getAsInt())) : Optional.empty();
    }

    private ConfigurationException bad(String key, String value, String allowed) {
        return new ConfigurationException(file, key, "is " + value, "allowed is " + allowed, null);
    }

    void write(Configuration configuration) {
        ObjectNode json = JSON.createObjectNode()
                .put(HOME, configuration.home().toString())
                .put(STORAGE, configuration.storage());
        configuration.zfsPool().ifPresent(pool -> json.put(ZFS_POOL, pool));
        configuration.mountDir().ifPresent(path -> json.put(MOUNT_DIR, path.toString()));
        json.put(CLONE_PORT_START, configuration.ports().first())
                .put(CLONE_PORT_END, configuration.ports().last())
                .put(LOG_LEVEL, configuration.logLevel().toString());
        configuration.postgresBin().ifPresent(path -> json.put(POSTGRES_BIN, path.toString()));
        configuration.maxClones().ifPresent(most -> json.put(MAX_CLONES, most));
        configuration.author().ifPresent(author -> json.put(AUTHOR, author));
        configuration.startTimeout().ifPresent(timeout -> json.put(START_TIMEOUT, timeout.toSeconds()));
        try {
            Path directory = file.getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            AtomicFile.replace(
                    file,
                    (json.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8),
                    PosixFilePermissions.fromString("rw-r--r--"));
        } catch (IOException e) {
            throw IoFailure.of("write", file, e);
        }
    }
}
