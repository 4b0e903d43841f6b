package dev.zvpg.directory;

import dev.zvpg.internal.io.OwnerLock;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StoredId;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Where a {@link DirectoryStorage} keeps what: {@code volumes/ID}, {@code snapshots/ID}, {@code clones/ID} (see {@link Area}), and
 * beside these its own few files.
 *
 * <p>Immutable.
 */
record Place(Path root) {

    private static final String DOCUMENT = "storage.json";
    private static final String NEW_DOCUMENT = "storage.json.new";
    private static final String LOCK = "storage.lock";
    private static final String RESERVE = "storage.reserve";
    private static final String PROBE = "storage.probe";
    private static final String PASSING = "storage.boot-";
    private static final String JSON = ".json";
    private static final String OWNERS = ".owners";
    private static final String NEW_PASSING = "storage.boot.new";
    private static final Set<PosixFilePermission> CLOSED = PosixFilePermissions.fromString("rwx------");
    private static final Set<String> OWN = Set.of(DOCUMENT, NEW_DOCUMENT, NEW_PASSING, LOCK, RESERVE, PROBE);

    /** What the document says exists. */
    Path document() {
        return root.resolve(DOCUMENT);
    }

    /** The next document, until it is whole and takes the place of the present one. */
    Path newDocument() {
        return root.resolve(NEW_DOCUMENT);
    }

    /** What exists beside that, until the operating system ends. */
    Path passing(String boot) {
        return root.resolve(PASSING + boot + JSON);
    }

    Path newPassing() {
        return root.resolve(NEW_PASSING);
    }

    /** Where the processes have their locks that work here in a run of the operating system. */
    private Path owners(String boot) {
        return root.resolve(PASSING + boot + OWNERS);
    }

    /** Says that this process works here in that run of the operating system. */
    OwnerLock own(String boot) throws IOException {
        Files.createDirectories(owners(boot));
        return OwnerLock.create(owners(boot));
    }

    /**
     * Removes what runs of the operating system knew in which nobody works here any more. Another run need not be an earlier
     * one: a container may be told a boot of its own, and its processes live.
     */
    void forgetOtherBoots(Optional<String> boot) throws IOException {
        for (String other : otherBoots(boot)) {
            if (OwnerLock.forgetTheDead(owners(other)).isEmpty()) {
                Files.deleteIfExists(passing(other));
                Files.deleteIfExists(owners(other));
            }
        }
    }

    /** The other runs of the operating system of which there is something here. */
    Set<String> otherBoots(Optional<String> boot) throws IOException {
        Set<String> others = new TreeSet<>();
        for (String name : names(root)) {
            for (String end : List.of(JSON, OWNERS)) {
                if (name.startsWith(PASSING)
                        && name.endsWith(end)
                        && name.length() >= PASSING.length() + end.length()) {
                    others.add(name.substring(PASSING.length(), name.length() - end.length()));
                }
            }
        }
        boot.ifPresent(others::remove);
        return others;
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

    Path tree(Area area, StoredId id) {
        return trees(area).resolve(id.value());
    }

    /** The directory that holds the trees of an area. */
    Path trees(Area area) {
        return root.resolve(area.directory());
    }

    /**
     * Makes the directories that are missing. Those made here can be searched by everybody, because the server that runs on a
     * volume may belong to another user; the trees below have their own, tighter modes. That of the snapshots is closed: nobody
     * else changes one while it is made or copied, whomever its files belong to.
     */
    void prepare() throws IOException {
        if (!Files.isDirectory(root)) {
            Files.createDirectories(root);
            searchable(root);
        }
        for (Area area : Area.values()) {
            Path directory = trees(area);
            if (!Files.isDirectory(directory)) {
                Files.createDirectory(directory, Label.DIRECTORY_MODE);
                if (area != Area.SNAPSHOTS) {
                    searchable(directory);
                }
            }
        }
        if (!Files.getPosixFilePermissions(trees(Area.SNAPSHOTS)).equals(CLOSED)) {
            Files.setPosixFilePermissions(trees(Area.SNAPSHOTS), CLOSED);
        }
    }

    static void searchable(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    }

    boolean hasTrees() throws IOException {
        for (Area area : Area.values()) {
            if (!names(trees(area)).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** Everything in this place that is not one of its own few files: trees, ours or not, and foreign things. */
    List<Found> scan() throws IOException {
        Set<String> areas = Arrays.stream(Area.values()).map(Area::directory).collect(Collectors.toUnmodifiableSet());
        List<Found> found = new ArrayList<>();
        for (String name : names(root)) {
            if (!OWN.contains(name) && !areas.contains(name) && !name.startsWith(PASSING)) {
                found.add(new Found(name, root.resolve(name), Optional.empty(), Optional.empty()));
            }
        }
        for (Area area : Area.values()) {
            for (String name : names(trees(area))) {
                found.add(new Found(
                        area.directory() + "/" + name, trees(area).resolve(name), Optional.of(area), id(area, name)));
            }
        }
        return found;
    }

    private static Optional<StoredId> id(Area area, String name) {
        try {
            return Optional.of(area == Area.SNAPSHOTS ? new SnapshotId(name) : new VolumeId(name));
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
     * @param area what it lies in, if not beside all areas
     * @param id whose tree it is, if it is one of ours
     */
    record Found(String name, Path path, Optional<Area> area, Optional<StoredId> id) {

        boolean isKnownTo(Document document) {
            return id.flatMap(document::area).equals(area) && area.isPresent();
        }

        /** Whether it can only be what is left of a clone, if no document knows it. */
        boolean isClone() {
            return area.equals(Optional.of(Area.CLONES)) && id.isPresent();
        }

        boolean isStillThere() {
            return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
        }
    }

    @Override
    public String toString() {
        return root.toString();
    }
}
