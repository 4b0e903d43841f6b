package dev.zvpg.directory;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.internal.io.Claims;
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
import java.util.stream.Collectors;

/**
 * Where a {@link DirectoryStorage} keeps what: {@code volumes/ID}, {@code snapshots/ID}, and beside these its own few
 * files. {@code drafts} has a claim, see {@link Claims}, on each tree of which the document does not tell the truth,
 * because it is being made or removed, and one on each pair of trees in {@code storage.comparisons}, which are there for
 * as long as somebody compares them.
 *
 * <p>Immutable.
 */
record Place(Path root) {

    private static final String DOCUMENT = "storage.json";
    private static final String NEW_DOCUMENT = "storage.json.new";
    private static final String LOCK = "storage.lock";
    private static final String RESERVE = "storage.reserve";
    private static final String PROBE = "storage.probe";
    private static final String COMPARISONS = "storage.comparisons";
    private static final String DRAFTS = "drafts";

    /** Between the area and the identity in a claim's name; neither has one. */
    private static final String DOT = ".";

    /** Begins the name of a claim on two trees that are made only to be compared; no area is called so. */
    private static final String COMPARISON = "comparison" + DOT;

    /** Begins the name of a claim of a tree that stands on a snapshot's; no area is called so. */
    private static final String STANDING = "standing" + DOT;

    private static final Set<PosixFilePermission> CLOSED = PosixFilePermissions.fromString("rwx------");
    private static final Set<String> OWN = Set.of(DOCUMENT, NEW_DOCUMENT, LOCK, RESERVE, PROBE, COMPARISONS, DRAFTS);

    /**
     * Takes a directory for a storage, which may be missing yet.
     *
     * @throws ConfigurationException when no storage can be in it
     */
    static Place at(Path directory) {
        Path root = directory.toAbsolutePath().normalize();
        if (Files.exists(root) && !Files.isDirectory(root)) {
            throw new ConfigurationException(root, null, "is not a directory", "name one for the storage", null);
        }
        if (!directory.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            throw new ConfigurationException(
                    root, null, "has no POSIX owners and modes", "use a directory on a POSIX file system", null);
        }
        return new Place(root);
    }

    /** What the document says exists. */
    Path document() {
        return root.resolve(DOCUMENT);
    }

    /** The next document, until it is whole and takes the place of the present one. */
    Path newDocument() {
        return root.resolve(NEW_DOCUMENT);
    }

    /** Who is at work on which tree. */
    Claims drafts() {
        return new Claims(root.resolve(DRAFTS));
    }

    /** The name of the claim on a tree. */
    static String claim(StoredId id) {
        return Area.of(id).directory() + DOT + id.value();
    }

    /** What the claim of a name is on; empty where it is none. */
    static Optional<StoredId> claimed(String name) {
        return Arrays.stream(Area.values())
                .filter(area -> name.startsWith(area.directory() + DOT))
                .findFirst()
                .flatMap(area -> id(area, name.substring(area.directory().length() + DOT.length())));
    }

    /** The name of the claim on what is made under a name in {@link #comparisons}. */
    static String comparisonClaim(String name) {
        return COMPARISON + name;
    }

    /** The name there that a claim is on; empty where it is none. */
    static Optional<String> claimedComparison(String claim) {
        return claim.startsWith(COMPARISON) ? Optional.of(claim.substring(COMPARISON.length())) : Optional.empty();
    }

    /** The name of the claim of a volume that stands on the tree of a snapshot. */
    static String standingClaim(SnapshotId snapshot, VolumeId volume) {
        return STANDING + snapshot.value() + DOT + volume.value();
    }

    /** The snapshot that the owner of a claim stands on; empty where it does on none. */
    static Optional<StoredId> stoodOn(String claim) {
        int end = claim.lastIndexOf(DOT);
        return claim.startsWith(STANDING) && end > STANDING.length()
                ? id(Area.SNAPSHOTS, claim.substring(STANDING.length(), end))
                : Optional.empty();
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

    /** Where trees are put for as long as they are compared, if any ever was. */
    Path comparisons() {
        return root.resolve(COMPARISONS);
    }

    Path tree(StoredId id) {
        return trees(Area.of(id)).resolve(id.value());
    }

    /** The directory that holds the trees of an area. */
    Path trees(Area area) {
        return root.resolve(area.directory());
    }

    /**
     * Makes the directories that are missing. Those made here can be searched by everybody, because the server that
     * runs on a volume may belong to another user; the trees below have their own, tighter modes. That of the snapshots
     * is closed: nobody else changes one while it is made or copied, whomever its files belong to.
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
        if (!Files.isDirectory(drafts().directory())) {
            Files.createDirectory(drafts().directory(), Label.DIRECTORY_MODE);
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
            if (!OWN.contains(name) && !areas.contains(name)) {
                found.add(new Found(name, root.resolve(name), Optional.empty()));
            }
        }
        for (Area area : Area.values()) {
            for (String name : names(trees(area))) {
                found.add(new Found(area.directory() + "/" + name, trees(area).resolve(name), id(area, name)));
            }
        }
        return found;
    }

    private static Optional<StoredId> id(Area area, String name) {
        try {
            return Optional.of(area.id(name));
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
     * @param id whose tree it is, if it can be one of ours
     */
    record Found(String name, Path path, Optional<StoredId> id) {

        boolean isKnownTo(Document document) {
            return id.flatMap(document::find).isPresent();
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
