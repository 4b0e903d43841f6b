package dev.zvpg.internal.home;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.internal.io.AtomicFile;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.io.NewFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The file {@code remotes.json} in the home directory: where each remote is, by its name. Immutable. */
public record RemotesFile(Path file) {

    static final String NAME = "remotes.json";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<TreeMap<String, Entry>> MAP = new TypeReference<>() {};

    /**
     * What is written of one.
     *
     * @param url where it is
     * @param leaving which branches may be pushed to it; none for all
     */
    public record Entry(String url, List<String> leaving) {

        /** Copies the list. */
        public Entry {
            leaving = List.copyOf(leaving);
        }
    }

    /** The one of a repository. */
    public static RemotesFile of(Home home) {
        return new RemotesFile(home.root().resolve(NAME));
    }

    /** The remotes; none where there is no file. */
    public SortedMap<String, Entry> read() {
        try {
            return JSON.readValue(Files.readString(file), MAP);
        } catch (NoSuchFileException e) {
            return new TreeMap<>();
        } catch (JsonProcessingException e) {
            throw new ConfigurationException(
                    file, null, "it is not an object of names and places", "restore or delete the file", e);
        } catch (IOException e) {
            throw IoFailure.of("read", file, e);
        }
    }

    /** Writes them in one step. Called under the repository's lock. */
    public void write(SortedMap<String, Entry> remotes) {
        try {
            AtomicFile.replace(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(remotes), NewFile.PRIVATE);
        } catch (IOException e) {
            throw IoFailure.of("write", file, e);
        }
    }
}
