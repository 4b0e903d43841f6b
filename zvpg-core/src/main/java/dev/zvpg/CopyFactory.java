package dev.zvpg;

import dev.zvpg.server.Adoption;
import dev.zvpg.server.Finding;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.VolumeId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes branches and clones. Thread-safe. */
final class CopyFactory {

    private static final Logger LOG = LoggerFactory.getLogger(CopyFactory.class);

    private final Context context;
    private final Servers servers;

    CopyFactory(Context context, Servers servers) {
        this.context = context;
        this.servers = servers;
    }

    /** Makes the branch that everything grows from, on a new and empty cluster. */
    void createFirst(String name) {
        VolumeId volume = VolumeId.generate(name);
        try (Locks.Held making = context.locks().making()) {
            context.storage().create(volume, Map.of(CopyRecord.REPOSITORY, context.repositoryId()));
            undoingOnFailure(volume, () -> {
                context.launcher().initialize(context.dataDirectory(volume), context.credentials());
                refer(
                        CopyRequest.branch(name, BranchOptions.DEFAULT),
                        volume,
                        now -> Optional.empty(),
                        Optional.empty());
            });
        }
    }

    /** The same on a copy of an existing cluster; returns who connects to it. */
    Credentials createFirst(String name, ClusterSource source) {
        long began = System.nanoTime();
        VolumeId volume = VolumeId.generate(name);
        try (Locks.Held making = context.locks().making()) {
            context.storage().create(volume, Map.of(CopyRecord.REPOSITORY, context.repositoryId()));
            Adoption adoption = undoingOnFailure(volume, () -> {
                Adoption adopted = context.launcher()
                        .adopt(
                                source,
                                context.dataDirectory(volume),
                                context.credentials(),
                                context.progress("copy of " + source)::progress);
                context.home()
                        .writeCredentials(adopted.superuser()); // before the branch that cannot be had without them
                refer(
                        CopyRequest.branch(name, BranchOptions.DEFAULT),
                        volume,
                        now -> Optional.empty(),
                        Optional.empty());
                return adopted;
            });
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            context.events().tell(new Event.ClusterAdopted(name, source.toString(), adoption.findings(), took));
            return adoption.superuser();
        }
    }

    /** Makes a branch or a clone that starts as a snapshot's image, and returns its identity. */
    String create(CopyRequest wanted, SnapshotId from, String ref) {
        long began = System.nanoTime();
        Catalog catalog = context.catalog();
        requirePossible(catalog, wanted); // before the long copy; and once more after it, when it counts
        if (catalog.snapshot(from).isEmpty()) {
            throw Lookup.gone("snapshot", ref);
        }
        VolumeId volume = VolumeId.generate(wanted.name());
        try (Locks.Held making = context.locks().making()) {
            context.storage()
                    .clone(
                            from,
                            volume,
                            Map.of(CopyRecord.REPOSITORY, context.repositoryId()),
                            context.progress(wanted.words()));
            List<Finding> findings = undoingOnFailure(volume, () -> {
                List<Finding> found = context.launcher().disarm(context.dataDirectory(volume));
                if (wanted.kind() == CopyRecord.Kind.CLONE) { // a copy of that snapshot and of no other
                    refer(wanted, volume, now -> Optional.of(from), Optional.empty());
                } else { // follows what is left of its history
                    refer(wanted, volume, now -> now.survivor(from, catalog), Optional.of(from));
                }
                return found;
            });
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            context.events()
                    .tell(
                            wanted.kind() == CopyRecord.Kind.BRANCH
                                    ? new Event.BranchCreated(wanted.name(), ref, findings, took)
                                    : new Event.CloneCreated(wanted.name(), ref, findings, took));
        }
        return volume.value();
    }

    /** Refuses what cannot be made, before anything is. */
    void requirePossible(Catalog catalog, CopyRequest wanted) {
        context.launcher().check(wanted.settings());
        requireFree(catalog, wanted.kind(), wanted.name());
        int clones = catalog.copies(CopyRecord.Kind.CLONE).size();
        if (wanted.kind() == CopyRecord.Kind.CLONE && clones >= context.maxClones()) {
            throw new InUseException("cannot create " + wanted.words() + ": the repository has " + clones
                    + " clones, its limit; delete one or raise maxClones");
        }
    }

    /** The step before which the volume is nobody's and after which it is the branch or clone. */
    private void refer(
            CopyRequest wanted,
            VolumeId volume,
            Function<Catalog, Optional<SnapshotId>> base,
            Optional<SnapshotId> untouched) {
        try (Locks.Held held = context.locks().repository()) {
            context.home().requireLiving();
            Catalog catalog = context.catalog();
            requirePossible(catalog, wanted);
            int port = servers.assignPort(catalog, wanted.words(), wanted.port());
            Map<String, String> attributes = CopyRecord.attributes(
                    wanted, volume.value(), port, context.clock().instant());
            base.apply(catalog).ifPresent(snapshot -> attributes.put(CopyRecord.BASE, snapshot.value()));
            untouched.ifPresent(snapshot -> attributes.put(CopyRecord.UNTOUCHED, snapshot.value()));
            context.storage().update(List.of(AttributeChange.set(volume, attributes)));
        }
    }

    /** Lets a clone be deleted, or not. */
    void protect(String id, String name, boolean isProtected) {
        try (Locks.Held held = context.locks().workingCopy(id)) {
            VolumeId volume = context.catalog()
                    .copy(id)
                    .orElseThrow(() -> Lookup.gone("clone", name))
                    .volume()
                    .id();
            context.storage()
                    .update(List.of(
                            isProtected
                                    ? AttributeChange.set(volume, Map.of(CopyRecord.PROTECTED, Boolean.toString(true)))
                                    : new AttributeChange(volume, Map.of(), Set.of(CopyRecord.PROTECTED))));
        }
    }

    private static void requireFree(Catalog catalog, CopyRecord.Kind kind, String name) {
        if (catalog.copy(kind, name).isPresent()) {
            throw new AlreadyExistsException("cannot create " + kind.word() + " " + name + ": a " + kind.word()
                    + " of that name exists; choose another name, or delete it first");
        }
    }

    /** What is done to a volume that nobody refers to yet. */
    interface Making<T> {
        T make();
    }

    private void undoingOnFailure(VolumeId volume, Runnable making) {
        undoingOnFailure(volume, () -> {
            making.run();
            return true;
        });
    }

    <T> T undoingOnFailure(VolumeId volume, Making<T> making) {
        try {
            return making.make();
        } catch (RuntimeException | Error e) {
            boolean interrupted = Thread.interrupted(); // the flag must not keep us from cleaning up
            try {
                // a storage may fail after it has done what it was asked to
                if (context.catalog().copies().stream()
                        .noneMatch(copy -> copy.volume().id().equals(volume))) {
                    context.storage().destroy(volume);
                }
            } catch (RuntimeException again) {
                e.addSuppressed(again); // nothing refers to it; the next open() sweeps it
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
            throw e;
        }
    }

    /** Destroys what nobody refers to; what refuses is left for the next {@code open()}. */
    void destroyQuietly(VolumeId volume) {
        try {
            context.storage().destroy(volume);
        } catch (NotFoundException e) {
            LOG.debug("Volume {} is gone already", volume);
        } catch (ZvpgException e) {
            LOG.warn("Volume {} cannot be removed now; the next open() tries again", volume, e);
        }
    }
}
