package dev.zvpg.internal.home;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.internal.io.AtomicFile;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.io.NewFile;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.TrustedOwner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The home directory of a repository: {@code zvpg.json} says that it is one, {@code credentials.json} (0600) holds the
 * superuser's password, {@code pgpass} (0600) the same for libpq, {@code remotes.json} where other repositories are,
 * {@code servers/ID} what belongs to one server's run,
 * {@code storage} the storage unless another one was named, {@code locks} the lock files. Nothing here says what the
 * repository holds: that is the storage's to say. Immutable.
 */
public final class Home {

    /** The newest format that this version reads and the one it writes. */
    static final int FORMAT = 1;

    private static final Logger LOG = LoggerFactory.getLogger(Home.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MARKER = "zvpg.json";
    private static final String LOCKS = "locks";
    private static final String NEW = AtomicFile.NEW;
    private static final String SERVERS = "servers";
    private static final String STORAGE = "storage";

    /**
     * What {@code zvpg.json} says.
     *
     * @param id the repository's own, on everything that it makes in the storage
     * @param state how far its life is
     */
    public record Marker(String id, State state) {}

    /** The life of a repository; what is cut off in the first or the last part of it is finished by {@code init()}. */
    public enum State {
        INITIALIZING,
        READY,
        DESTROYING
    }

    private final Path root;
    private final boolean ownerTrusted;

    public Home(Path root) {
        this(root, false);
    }

    private Home(Path root, boolean ownerTrusted) {
        this.root = root.toAbsolutePath().normalize();
        this.ownerTrusted = ownerTrusted;
    }

    /** The same, whoever owns it. */
    public Home trusted() {
        return new Home(root, true);
    }

    /** Refuses a directory of somebody else. */
    public void requireTrusted() {
        if (!ownerTrusted) {
            TrustedOwner.require(root, "the repository's home directory");
        }
    }

    public Path root() {
        return root;
    }

    public Path locks() {
        return root.resolve(LOCKS);
    }

    /** Where the storage is unless another one was named. */
    public Path storage() {
        return root.resolve(STORAGE);
    }

    public Path runDirectory(String workingCopyId) {
        return root.resolve(SERVERS).resolve(workingCopyId);
    }

    /** Returns the identities that have a run directory. */
    public List<String> runs() {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(SERVERS))) {
            List<String> ids = new ArrayList<>();
            entries.forEach(entry -> ids.add(String.valueOf(entry.getFileName())));
            return ids;
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException | DirectoryIteratorException e) {
            throw IoFailure.of(
                    "read", root.resolve(SERVERS), e instanceof IOException known ? known : new IOException(e));
        }
    }

    /**
     * Makes the directory of the lock files, which is the first thing that a repository has; it may be there already.
     */
    public void createLocks() {
        try {
            Files.createDirectories(locks());
        } catch (IOException e) {
            throw IoFailure.of("create", locks(), e);
        }
    }

    public boolean exists() {
        return Files.exists(root.resolve(MARKER));
    }

    /**
     * Checks that a new repository may be made here: the directory is absent, empty, or a repository cut off in the
     * making.
     */
    public void requireUnused() {
        if (!Files.exists(root)) {
            return;
        }
        if (!Files.isDirectory(root)) {
            throw new AlreadyExistsException(
                    "cannot make a repository at " + root + ": it is a file",
                    "choose a directory that is empty or absent");
        }
        if (exists()) {
            if (marker().state() == State.READY) {
                throw new AlreadyExistsException("a repository exists at " + root, "open it with open()");
            }
            return;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (name.equals(MARKER)) { // somebody has begun to make one since it was looked for
                    requireUnused();
                    return;
                }
                if (!name.equals(LOCKS) && !name.equals(MARKER + NEW)) { // what a crash before the marker leaves
                    throw new AlreadyExistsException(
                            "cannot make a repository at " + root + ": it is not empty (" + entry.getFileName()
                                    + " is there)",
                            "choose a directory that is empty or absent");
                }
            }
        } catch (IOException e) {
            throw IoFailure.of("read", root, e);
        }
    }

    public Marker marker() {
        Path file = root.resolve(MARKER);
        JsonNode json = read(file);
        JsonNode format = json.path("format");
        if (!format.isInt() || !json.path("id").isTextual()) {
            throw new ConfigurationException(file, "format", "this is no repository's file", "restore it", null);
        }
        if (format.intValue() > FORMAT) {
            throw new ConfigurationException(
                    file,
                    "format",
                    "the repository has format " + format.intValue() + ", this version of the library reads up to "
                            + FORMAT,
                    "use a newer version",
                    null);
        }
        try {
            State state = State.valueOf(json.path("state").asText().toUpperCase(Locale.ROOT));
            return new Marker(json.get("id").textValue(), state);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    file, "state", "allowed are initializing, ready and destroying", "restore the file", e);
        }
    }

    public boolean isBeingDestroyed() {
        return exists() && marker().state() == State.DESTROYING;
    }

    /** Checks that nobody destroys the repository meanwhile. */
    public void requireLiving() {
        if (!exists() || isBeingDestroyed()) {
            throw new NotFoundException("the repository at " + root + " is being destroyed");
        }
    }

    public Marker writeMarker(@Nullable Marker old, State state) {
        Marker marker = new Marker(old == null ? UUID.randomUUID().toString() : old.id(), state);
        ObjectNode json = JSON.createObjectNode()
                .put("format", FORMAT)
                .put("id", marker.id())
                .put("state", state.name().toLowerCase(Locale.ROOT));
        write(root.resolve(MARKER), json);
        return marker;
    }

    /**
     * Removes everything that a repository has here, the marker last: until then {@code init()} takes up what is left.
     *
     * @param storageToo whether the storage in the home directory holds nothing but the repository's
     */
    public void delete(boolean rootToo, boolean storageToo) {
        try {
            if (storageToo) {
                OpenDirectory.deleteTree(storage());
            }
            OpenDirectory.deleteTree(root.resolve(SERVERS));
            for (String name : List.of(
                    RemotesFile.NAME,
                    RemotesFile.NAME + NEW,
                    CredentialsFile.PASSWORD_FILE,
                    CredentialsFile.PASSWORD_FILE + NEW,
                    CredentialsFile.NAME,
                    CredentialsFile.NAME + NEW,
                    MARKER + NEW,
                    MARKER)) {
                Files.deleteIfExists(root.resolve(name));
            }
            OpenDirectory.deleteTree(locks());
            if (rootToo) {
                Files.deleteIfExists(root);
            }
        } catch (DirectoryNotEmptyException e) {
            LOG.info("{} stays: something in it is not the repository's", root);
        } catch (IOException e) {
            throw IoFailure.of("delete", root, e);
        }
    }

    /** Reads a file that every repository has. */
    JsonNode read(Path file) {
        try {
            return JSON.readTree(Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new NotFoundException(
                    "no repository at " + root + " (" + file.getFileName() + " is missing)",
                    "make one with init(), or name another directory");
        } catch (JsonProcessingException e) {
            throw new ConfigurationException(file, null, "it is not JSON", "restore the file", e);
        } catch (IOException e) {
            throw IoFailure.of("read", file, e);
        }
    }

    /** Writes such a file in one step, for its owner only. */
    static void write(Path file, ObjectNode json) {
        try {
            AtomicFile.replace(file, json.toPrettyString().getBytes(StandardCharsets.UTF_8), NewFile.PRIVATE);
        } catch (IOException e) {
            throw IoFailure.of("write", file, e);
        }
    }
}
