package dev.zvpg.internal.engine;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.info.Event;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.RefName;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.option.SnapshotOptions;
import dev.zvpg.server.Backup;
import dev.zvpg.server.Finding;
import dev.zvpg.server.Position;
import dev.zvpg.server.Server;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.Attributes;
import dev.zvpg.storage.Draft;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StorageFeature;
import dev.zvpg.storage.VolumeId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes and deletes snapshots. Thread-safe. */
public final class Snapshots {

    private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

    /** Sorts as text in the order of time. */
    private static final DateTimeFormatter GENERATED_NAME =
            DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

    private final Context context;
    private final Servers servers;

    Snapshots(Context context, Servers servers) {
        this.context = context;
        this.servers = servers;
    }

    /** Takes a snapshot under a generated name. */
    SnapshotKey commit(CopyKey branch, String message) {
        return take(branch, Optional.empty(), message, SnapshotOptions.DEFAULT);
    }

    /**
     * Takes a snapshot of a branch.
     *
     * @param name its name, or empty for a generated one
     */
    public SnapshotKey take(CopyKey key, Optional<String> name, String message, SnapshotOptions options) {
        name.ifPresent(RefName::snapshot);
        checkMessage(message);
        long began = System.nanoTime();
        try (Locks.Held held = context.workingCopy(key)) {
            context.home().requireLiving(); // whoever destroys it waits for those that begin before, and for no others
            Catalog catalog = context.catalog();
            CopyRecord branch = catalog.require(key);
            String chosen = name.orElseGet(() -> generateName(catalog, branch));
            String ref = branch.name() + "@" + chosen;
            if (catalog.snapshot(branch, chosen).isPresent()) {
                throw new AlreadyExistsException(
                        "cannot take snapshot " + ref + ": it exists", "choose another name, or delete it first");
            }
            List<SnapshotId> parents =
                    catalog.head(branch).map(SnapshotRecord::id).stream().toList();
            Map<String, String> attributes = SnapshotRecord.attributes(
                    branch,
                    chosen,
                    message,
                    context.author(),
                    context.launcher().version(),
                    catalog.nextSequence(branch),
                    parents,
                    catalog.grownFrom(branch));
            SnapshotId id = SnapshotId.generate(chosen);
            List<Finding> findings = write(branch, id, attributes, ref, options);
            followSurvivors(id, parents, catalog);
            SnapshotKey taken = new SnapshotKey(id, chosen, ref);
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            context.events().tell(new Event.SnapshotTaken(Events.ref(taken), Events.ref(branch.key()), findings, took));
            return taken;
        }
    }

    /** Returns what the snapshot does not have. */
    private List<Finding> write(
            CopyRecord branch, SnapshotId id, Map<String, String> attributes, String ref, SnapshotOptions options) {
        VolumeId volume = branch.volume().id();
        Path data = context.dataDirectory(volume);
        context.launcher().requireSelfContained(data); // also one that was moved there while its server runs
        context.launcher().inspect(data); // refuses what belongs to another version
        Optional<Server> server = servers.find(branch);
        if (server.isEmpty()) {
            Position position = context.launcher().position(data);
            context.storage().snapshot(volume, id, with(attributes, position), context.progress("snapshot " + ref));
            return List.of();
        }
        Set<StorageFeature> features = context.storage().features();
        if (features.contains(StorageFeature.ATOMIC_SNAPSHOT)) {
            // Btrfs writes what waits in memory before it takes the image, but what comes meanwhile may be in it or
            // not, one
            // by one: a page without the log that it follows from cannot be recovered. A server that syncs has the log
            // on
            // disk by then. No checkpoint and no flush in front of the image helps one that does not.
            if (!features.contains(StorageFeature.WRITE_ORDER) && !server.get().syncs()) {
                throw new InUseException(
                        "cannot take snapshot " + ref + " of a running server on " + context.storage()
                                + ": the server does not sync what it writes (fsync=off), so the snapshot might not start",
                        "stop it first, or let it sync and restart it");
            }
            // in this order: what has ended at this position must have reached the files
            Position position = server.get().position();
            if (options.checkpoint()) {
                server.get().checkpoint();
            } else {
                server.get().flush();
            }
            context.storage().snapshot(volume, id, with(attributes, position), context.progress("snapshot " + ref));
        } else {
            try (Backup backup = server.get().startBackup("zvpg " + ref);
                    Draft image = context.storage().copy(volume, id, context.progress("snapshot " + ref))) {
                image.publish(with(attributes, backup.finish(Context.dataDirectory(image.directory()))));
            }
        }
        return server.get().leftOut();
    }

    /** Gives the new snapshot the nearest ancestors that are left, if its own were deleted while it was made. */
    private void followSurvivors(SnapshotId id, List<SnapshotId> parents, Catalog before) {
        if (parents.isEmpty()) {
            return;
        }
        try (Locks.Held held = context.locks().repository()) {
            Catalog now = context.catalog();
            Optional<SnapshotRecord> taken = now.snapshot(id);
            if (taken.isEmpty()) {
                return; // deleted already
            }
            List<SnapshotId> left = parents.stream()
                    .flatMap(parent -> now.survivor(parent, before).stream())
                    .toList();
            Optional<SnapshotId> image = taken.get().grownFrom().flatMap(parent -> now.survivingImage(parent, before));
            if (!left.equals(parents) || !image.equals(taken.get().grownFrom())) {
                Map<String, String> set = new TreeMap<>(Map.of(SnapshotRecord.PARENTS, SnapshotRecord.parents(left)));
                Set<String> remove = new HashSet<>();
                say(SnapshotRecord.GROWN_FROM, image, set, remove);
                context.storage().update(List.of(new AttributeChange(id, set, remove)));
            }
        }
    }

    /** Names a snapshot in an attribute, which goes where there is none to name. */
    private static void say(
            String attribute, Optional<SnapshotId> snapshot, Map<String, String> set, Set<String> remove) {
        snapshot.ifPresentOrElse(id -> set.put(attribute, id.value()), () -> remove.add(attribute));
    }

    /** Deletes a snapshot; what grew from it stays, and follows the snapshot's parents from now on. */
    public void delete(SnapshotKey key) {
        Catalog catalog;
        SnapshotRecord image;
        try (Locks.Held held = context.locks().repository()) {
            catalog = context.catalog();
            image = catalog.require(key);
            context.storage().destroy(key.id(), relink(catalog, image));
        }
        collectGarbage(); // a deleted branch's snapshots may have lived on in this one only
        tellDeleted(catalog, image);
    }

    private void tellDeleted(Catalog catalog, SnapshotRecord image) {
        context.events()
                .tell(new Event.SnapshotDeleted(Events.ref(catalog.key(image)), Events.ref(catalog.branchOf(image))));
    }

    /** Takes a snapshot back that was taken for something that failed. */
    void undo(SnapshotKey taken, Throwable failure) {
        try {
            delete(taken);
        } catch (RuntimeException | Error again) {
            failure.addSuppressed(again); // one snapshot more than there was, which harms nobody
        }
    }

    /**
     * Puts a snapshot's ancestors in its place, in what grew from it and in the branches that began from it. A clone
     * keeps naming it: a clone is a copy of that snapshot and of no other.
     */
    private static List<AttributeChange> relink(Catalog catalog, SnapshotRecord gone) {
        List<AttributeChange> changes = new ArrayList<>();
        Optional<SnapshotId> from = Optional.of(gone.id());
        for (SnapshotRecord child : catalog.snapshots()) {
            boolean follows = child.parents().contains(gone.id());
            boolean continues = child.grownFrom().equals(from);
            if (follows || continues) {
                Map<String, String> set = new TreeMap<>();
                Set<String> remove = new HashSet<>();
                if (follows) {
                    Set<SnapshotId> parents = new LinkedHashSet<>();
                    child.parents().forEach(p -> parents.addAll(p.equals(gone.id()) ? gone.parents() : List.of(p)));
                    set.put(SnapshotRecord.PARENTS, SnapshotRecord.parents(List.copyOf(parents)));
                }
                if (continues) {
                    say(SnapshotRecord.GROWN_FROM, gone.grownFrom(), set, remove);
                }
                changes.add(new AttributeChange(child.id(), set, remove));
            }
        }
        for (CopyRecord copy : catalog.copies()) {
            boolean began = copy.kind() == CopyRecord.Kind.BRANCH && copy.base().equals(from);
            boolean continues = copy.grownFrom().equals(from);
            if (began || continues) {
                Map<String, String> set = new TreeMap<>();
                Set<String> remove = new HashSet<>();
                if (began) {
                    say(CopyRecord.BASE, gone.parents().stream().findFirst(), set, remove);
                }
                if (continues) {
                    say(CopyRecord.GROWN_FROM, gone.grownFrom(), set, remove);
                }
                changes.add(new AttributeChange(copy.volume().id(), set, remove));
            }
        }
        return changes;
    }

    /** Destroys the snapshots that nobody can reach any more; one that refuses is left for the next time. */
    void collectGarbage() {
        Catalog catalog;
        List<SnapshotRecord> gone;
        try (Locks.Held held = context.locks().repository()) {
            catalog = context.catalog();
            gone = catalog.unreachable().stream().filter(this::discard).toList();
        }
        gone.forEach(image -> tellDeleted(catalog, image));
    }

    /** The same, with a look at what there was a moment ago, which costs nothing where there is none. */
    void collectGarbage(Catalog before) {
        if (!before.unreachable().isEmpty()) {
            collectGarbage(); // a branch may have been made from it meanwhile
        }
    }

    /** Destroys a snapshot if that is possible now; tells whether it did. */
    boolean discard(SnapshotRecord image) {
        try {
            context.storage().destroy(image.id());
            return true;
        } catch (NotFoundException e) {
            LOG.debug("Snapshot {} is gone already", image.id());
        } catch (ZvpgException e) {
            LOG.warn("Snapshot {} cannot be removed now; the next open() tries again", image.id(), e);
        }
        return false;
    }

    private String generateName(Catalog catalog, CopyRecord branch) {
        Instant now = context.clock().instant();
        while (catalog.snapshot(branch, GENERATED_NAME.format(now)).isPresent()) {
            now = now.plusMillis(1);
        }
        return GENERATED_NAME.format(now);
    }

    private static Map<String, String> with(Map<String, String> attributes, Position position) {
        Map<String, String> all = new TreeMap<>(attributes);
        all.putAll(SnapshotRecord.position(position));
        return all;
    }

    private static void checkMessage(String message) {
        int bytes = message.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > Attributes.MAX_VALUE_BYTES || message.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a snapshot's message has at most " + Attributes.MAX_VALUE_BYTES
                    + " bytes of UTF-8 and no zero character; this one has " + bytes + " bytes");
        }
    }
}
