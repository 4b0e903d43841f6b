package dev.zvpg.internal.engine;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.InUseException;
import dev.zvpg.info.Event;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.Provenance;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Writes snapshots. Used under the lock of the branch, by the thread that holds it. */
final class SnapshotWriter {

    /** Sorts as text in the order of time. */
    private static final DateTimeFormatter GENERATED_NAME =
            DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

    private final Context context;
    private final Servers servers;

    SnapshotWriter(Context context, Servers servers) {
        this.context = context;
        this.servers = servers;
    }

    /**
     * Takes a snapshot of a branch, which follows its head.
     *
     * @param catalog where the branch is from, read under its lock
     * @param name its name, or empty for a generated one
     * @param merged what it follows besides, because the branch has got what that holds
     */
    SnapshotKey take(
            Catalog catalog,
            CopyRecord branch,
            Optional<String> name,
            String message,
            SnapshotOptions options,
            Optional<SnapshotId> merged) {
        long began = System.nanoTime();
        String chosen = name.orElseGet(() -> generateName(catalog, branch));
        String ref = branch.name() + "@" + chosen;
        if (catalog.snapshot(branch, chosen).isPresent()) {
            throw new AlreadyExistsException(
                    "cannot take snapshot " + ref + ": it exists", "choose another name, or delete it first");
        }
        List<SnapshotId> parents = Stream.concat(
                        catalog.head(branch).map(SnapshotRecord::id).stream(),
                        merged.filter(other -> catalog.snapshot(other).isPresent()).stream())
                .toList();
        Map<String, String> attributes = SnapshotRecord.attributes(
                branch,
                chosen,
                message,
                context.author(),
                context.launcher().version(),
                catalog.nextSequence(branch),
                parents,
                catalog.grownFrom(branch));
        attributes.putAll(Provenance.foreign(branch.isForeign()));
        SnapshotId id = SnapshotId.generate(chosen);
        List<Finding> findings = write(branch, id, attributes, ref, options);
        followSurvivors(id, parents, catalog);
        SnapshotKey taken = new SnapshotKey(id, chosen, ref, branch.isForeign());
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        context.events().tell(new Event.SnapshotTaken(Events.ref(taken), Events.ref(branch.key()), findings, took));
        return taken;
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
            // not, one by one: a page without the log that it follows from cannot be recovered. A server that syncs has
            // the log on disk by then. No checkpoint and no flush in front of the image helps one that does not.
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
                    .flatMap(parent -> now.lineage().nearest(before.lineage().history(parent)).stream())
                    .distinct()
                    .toList();
            Optional<SnapshotId> image = taken.get()
                    .grownFrom()
                    .flatMap(parent -> now.lineage().nearest(before.lineage().images(parent)));
            if (!left.equals(parents) || !image.equals(taken.get().grownFrom())) {
                Map<String, String> set = new TreeMap<>(Map.of(SnapshotRecord.PARENTS, SnapshotRecord.parents(left)));
                Set<String> remove = new HashSet<>();
                say(SnapshotRecord.GROWN_FROM, image, set, remove);
                if (parents.stream()
                        .anyMatch(parent ->
                                now.lineage().isCutOff(before.lineage().history(parent)))) {
                    set.put(SnapshotRecord.DERIVED, Boolean.toString(true));
                }
                context.storage().update(List.of(new AttributeChange(id, set, remove)));
            }
        }
    }

    /** Names a snapshot in an attribute, which goes where there is none to name. */
    static void say(String attribute, Optional<SnapshotId> snapshot, Map<String, String> set, Set<String> remove) {
        snapshot.ifPresentOrElse(id -> set.put(attribute, id.value()), () -> remove.add(attribute));
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

    static void checkMessage(String message) {
        int bytes = message.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > Attributes.MAX_VALUE_BYTES || message.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a snapshot's message has at most " + Attributes.MAX_VALUE_BYTES
                    + " bytes of UTF-8 and no zero character; this one has " + bytes + " bytes");
        }
    }
}
