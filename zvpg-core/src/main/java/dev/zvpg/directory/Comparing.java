package dev.zvpg.directory;

import dev.zvpg.diff.Changes;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.Claims;
import dev.zvpg.internal.io.Claims.Claim;
import dev.zvpg.internal.io.FileOwner;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.io.MountPoints;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.Uninterrupted;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has btrfs compare two subvolumes, which takes as long as they have grown apart, not as they are large. It compares
 * only what is write-protected, and trees of the storage are not: so a snapshot is made of each that is, for as long as
 * it takes, under a claim. Both are in a directory of their own; whatever is in there and nobody has a claim on was cut
 * off.
 *
 * <p>It needs root's rights, and is only ever a shorter way: where it does not work, the trees are read.
 *
 * <p>Thread-safe, also among processes.
 */
final class Comparing {

    private static final Logger LOG = LoggerFactory.getLogger(Comparing.class);

    private final Path directory;
    private final Claims claims;
    private final String program;
    private final boolean mayWork;

    /** Root in a container may be refused what root may do, and will be the next time. */
    private volatile boolean refused;

    Comparing(Place place, Copier copier) {
        this(place, copier, "btrfs");
    }

    /** The same with another program that sends. */
    Comparing(Place place, Copier copier, String program) {
        this.directory = place.comparisons();
        this.claims = place.drafts();
        this.program = program;
        this.mayWork = copier.removesSubvolumes() && FileOwner.worksAsRoot();
    }

    /**
     * Compares two trees.
     *
     * @return where they may differ; empty where that cannot be found out this way
     */
    Optional<Changes> changes(Path image, Path volume) {
        if (!mayWork || refused) {
            return Optional.empty();
        }
        try {
            return Optional.of(compare(image, volume));
        } catch (IOException e) {
            if (IoFailure.isInterruption(e)) {
                throw IoFailure.of("compare", volume + " with " + image, volume, e);
            }
            refused |= e instanceof AccessDeniedException;
            LOG.debug("{} and {} are compared by reading them: {}", image, volume, e.toString());
            return Optional.empty();
        }
    }

    private Changes compare(Path image, Path volume) throws IOException {
        for (Path tree : new Path[] {image, volume}) {
            MountPoints.requireNone(tree);
            if (!Subvolumes.is(tree)) {
                throw new IOException(tree + " is no subvolume");
            }
        }
        if (Subvolumes.hasOthers(volume)) { // which a snapshot does not have
            throw new IOException("there are further subvolumes in " + volume);
        }
        String name = UUID.randomUUID().toString();
        Claim claim = claims.take(Place.comparisonClaim(name)).orElseThrow(() -> new IOException(name + " is taken"));
        try {
            prepare();
            Path pair = Files.createDirectory(directory.resolve(name), Label.DIRECTORY_MODE);
            Path before = pair.resolve("image");
            Path after = pair.resolve("volume");
            Subvolumes.protectedSnapshot(image, before);
            Subvolumes.protectedSnapshot(volume, after);
            return SentChanges.of(Subvolumes.send(program, before, after), before, after);
        } finally {
            remove(name, claim);
        }
    }

    private void prepare() throws IOException {
        try {
            Files.createDirectory(directory, Label.DIRECTORY_MODE);
        } catch (FileAlreadyExistsException e) {
            // by an earlier one
        }
    }

    /** What cannot be removed keeps its claim, which nobody holds. */
    private void remove(String name, Claim claim) {
        try {
            Uninterrupted.call(() -> {
                Subvolumes.deleteProtected(OpenDirectory.list(directory.resolve(name)));
                Files.deleteIfExists(directory.resolve(name));
                return name;
            });
            claim.close();
        } catch (IOException | ZvpgException e) {
            claim.abandon();
            LOG.warn(
                    "what was made in {} to compare two trees could not be removed: {}; it is removed the next time the "
                            + "storage is recovered",
                    directory.resolve(name),
                    e.toString());
        }
    }

    /**
     * Removes what was cut off. The directory is looked at, too: a power cut may bring snapshots back whose claim was
     * gone.
     */
    void recover() {
        try {
            Set<String> names = new TreeSet<>();
            claims.names().forEach(claim -> Place.claimedComparison(claim).ifPresent(names::add));
            OpenDirectory.list(directory).forEach(pair -> names.add(String.valueOf(pair.getFileName())));
            for (String name : names) {
                claims.tryToTake(Place.comparisonClaim(name)).ifPresent(claim -> remove(name, claim));
            }
        } catch (IOException e) {
            throw IoFailure.of("recover", directory.toString(), directory, e);
        }
    }
}
