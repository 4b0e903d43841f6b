package dev.zvpg.storage;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where a {@link DirectoryStorage} keeps what: {@code volumes/ID}, {@code snapshots/ID}, and beside these its own few files.
 *
 * <p>Immutable.
 */
record Place(Path root) {

    private static final String VOLUMES = "volumes";
    private static final String SNAPSHOTS = "snapshots";
    private static final String DOCUMENT = "storage.json";
    private static final String NEW_DOCUMENT = "storage.json.new";
    private static final String LOCK = "storage.lock";
    private static final String RESERVE = "storage.reserve";
    private static final String PROBE = "storage.probe";
    private static final Set<String> OWN = Set.of(VOLUMES, SNAPSHOTS, DOCUMENT, NEW_DOCUMENT, LOCK, RESERVE, PROBE);

    /** What the document says exists. */
    Path document() {
        return root.resolve(DOCUMENT);
    }

    /** The next document, until it is whole and takes the place of the present one. */
    Path newDocument() {
        return root.resolve(NEW_DOCUMENT);
    }

    Path lock() {
        return root.resolve(LOCK);
    }

    /** Space put by for the document, so that things can be destroyed when no space is left. */
    Path reserve() {
        return root.resolve(RESERVE);
    }

    /** Where it is tried, under the lock, what the file system can. */
    Path probe() {
        return root.resolve(PROBE);
    }

    Path tree(StoredId id) {
        return trees(id).resolve(id.value());
    }

    /** The directory that holds the trees of objects like this one. */
    Path trees(StoredId id) {
        return root.resolve(id instanceof VolumeId ? VOLUMES : SNAPSHOTS);
    }

    /**
     * Makes the directories that are missing. Those made here can be searched by everybody, because the server that runs on a
     * volume may belong to another user; the trees below have their own, tighter modes.
     */
    void prepare() throws IOException {
        if (!Files.isDirectory(root)) {
            Files.createDirectories(root);
            searchable(root);
        }
        for (String name : List.of(VOLUMES, SNAPSHOTS)) {
            Path directory = root.resolve(name);
            if (!Files.isDirectory(directory)) {
                Files.createDirectory(directory);
                searchable(directory);
            }
        }
    }

    static void searchable(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    }

    boolean hasTrees() throws IOException {
        return !names(root.resolve(VOLUMES)).isEmpty()
                || !names(root.resolve(SNAPSHOTS)).isEmpty();
    }

    /** Everything in this place that is not one of its own few files: trees, ours or not, and foreign things. */
    List<Found> scan() throws IOException {
        List<Found> found = new ArrayList<>();
        for (String name : names(root)) {
            if (!OWN.contains(name)) {
                found.add(new Found(name, root.resolve(name), Optional.empty()));
            }
        }
        for (String parent : List.of(VOLUMES, SNAPSHOTS)) {
            for (String name : names(root.resolve(parent))) {
                found.add(new Found(parent + "/" + name, root.resolve(parent).resolve(name), id(parent, name)));
            }
        }
        return found;
    }

    private static Optional<StoredId> id(String parent, String name) {
        try {
            return Optional.of(parent.equals(VOLUMES) ? new VolumeId(name) : new SnapshotId(name));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static List<String> names(Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } catch (NoSuchFileException gone) {
            return List.of();
        }
        names.sort(null);
        return names;
    }

    /**
     * Something that lies in the place.
     *
     * @param id whose tree it is, if it is one of ours
     */
    record Found(String name, Path path, Optional<StoredId> id) {

        boolean isStillThere() {
            return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
        }
    }

    @Override
    public String toString() {
        return root.toString();
    }
}
