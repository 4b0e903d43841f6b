package dev.zvpg;

import dev.zvpg.server.Adoption;
import dev.zvpg.server.Finding;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StoredVolume;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes and deletes branches and clones. Thread-safe. */
final class Copies {

    private static final Logger LOG = LoggerFactory.getLogger(Copies.class);

    private final Context context;
    private final Servers servers;
    private final Snapshots snapshots;

    Copies(Context context, Servers servers, Snapshots snapshots) {
        this.context = context;
        this.servers = servers;
        this.snapshots = snapshots;
    }

    /** Makes the branch that everything grows from, on a new and empty cluster. */
    void createFirst(String name) {
        VolumeId volume = VolumeId.generate(name);
        try (Locks.Held making = context.locks().making()) {
            context.storage().create(volume, Map.of(Copy.REPOSITORY, context.repositoryId()));
            undoingOnFailure(volume, () -> {
                context.launcher().initialize(context.dataDirectory(volume), context.credentials());
                refer(Copy.Kind.BRANCH, name, volume, now -> Optional.empty(), WorkingCopyOptions.DEFAULT);
            });
        }
    }

    /** The same on a copy of an existing cluster; returns who connects to it. */
    Credentials createFirst(String name, ClusterSource source) {
        long began = System.nanoTime();
        VolumeId volume = VolumeId.generate(name);
        try (Locks.Held making = context.locks().making()) {
            context.storage().create(volume, Map.of(Copy.REPOSITORY, context.repositoryId()));
            Adoption adoption = undoingOnFailure(volume, () -> {
                Adoption adopted = context.launcher()
                        .adopt(
                                source,
                                context.dataDirectory(volume),
                                context.credentials(),
                                context.progress("copy of " + source)::progress);
                context.home()
                        .writeCredentials(adopted.superuser()); // before the branch that cannot be had without them
                refer(Copy.Kind.BRANCH, name, volume, now -> Optional.empty(), WorkingCopyOptions.DEFAULT);
                return adopted;
            });
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            context.events().tell(new Event.ClusterAdopted(name, source.toString(), adoption.findings(), took));
            return adoption.superuser();
        }
    }

    /** Makes a branch or a clone that starts as a snapshot's image, and returns its identity. */
    String create(Copy.Kind kind, String name, SnapshotId from, String ref, WorkingCopyOptions options) {
        long began = System.nanoTime();
        String what = kind.word() + " " + name;
        context.launcher().check(options.settings());
        Catalog catalog = context.catalog();
        requireFree(catalog, kind, name); // before the long copy; and once more after it, when it counts
        if (catalog.image(from).isEmpty()) {
            throw Lookup.gone("snapshot", ref);
        }
        VolumeId volume = VolumeId.generate(name);
        try (Locks.Held making = context.locks().making()) {
            context.storage()
                    .clone(from, volume, Map.of(Copy.REPOSITORY, context.repositoryId()), context.progress(what));
            List<Finding> findings = undoingOnFailure(volume, () -> {
                List<Finding> found = context.launcher().disarm(context.dataDirectory(volume));
                // a clone is a copy of that snapshot and of no other; a branch follows what is left of its history
                refer(
                        kind,
                        name,
                        volume,
                        now -> kind == Copy.Kind.CLONE ? Optional.of(from) : now.survivor(from, catalog),
                        options);
                return found;
            });
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            context.events()
                    .tell(
                            kind == Copy.Kind.BRANCH
                                    ? new Event.BranchCreated(name, ref, findings, took)
                                    : new Event.CloneCreated(name, ref, findings, took));
        }
        return volume.value();
    }

    /** The step before which the volume is nobody's and after which it is the branch or clone. */
    private void refer(
            Copy.Kind kind,
            String name,
            VolumeId volume,
            Function<Catalog, Optional<SnapshotId>> base,
            WorkingCopyOptions options) {
        try (Locks.Held held = context.locks().repository()) {
            context.home().requireLiving();
            Catalog catalog = context.catalog();
            requireFree(catalog, kind, name);
            int port = servers.assignPort(catalog, kind.word() + " " + name, options.port());
            Map<String, String> attributes = Copy.attributes(
                    kind,
                    volume.value(),
                    name,
                    base.apply(catalog),
                    port,
                    options,
                    context.clock().instant());
            context.storage().update(List.of(AttributeChange.set(volume, attributes)));
        }
    }

    /** Stops the server and deletes the branch or clone with everything that only it needed. */
    void delete(String id, Copy.Kind kind, String name) {
        try (Locks.Held held = context.locks().workingCopy(id)) {
            Copy copy = context.catalog().copy(id).orElseThrow(() -> Lookup.gone(kind.word(), name));
            requireAnother(context.catalog(), copy);
            servers.stop(copy);
            try (Locks.Held making = context.locks().making()) { // so that nobody sweeps it before it is destroyed here
                try (Locks.Held repository = context.locks().repository()) {
                    requireAnother(context.catalog(), copy); // once more, now that nobody else can delete the other one
                    unrefer(List.of(copy));
                }
                context.storage().destroy(copy.volume().id());
            }
            snapshots.collectGarbage();
            forget(id);
            context.events()
                    .tell(
                            kind == Copy.Kind.BRANCH
                                    ? new Event.BranchDeleted(copy.name())
                                    : new Event.CloneDeleted(copy.name()));
        }
    }

    /** From here on nobody refers to the volumes; what a crash leaves of them is swept by the next {@code open()}. */
    private void unrefer(List<Copy> copies) {
        context.storage()
                .update(copies.stream()
                        .map(copy -> new AttributeChange(copy.volume().id(), Map.of(), Set.of(Copy.KIND)))
                        .toList());
    }

    private static void requireAnother(Catalog catalog, Copy copy) {
        if (catalog.copies(Copy.Kind.BRANCH).equals(List.of(copy))) {
            throw new InUseException(
                    "cannot delete branch " + copy.name()
                            + ": it is the only one, and everything grows from a branch; to delete the whole repository, call destroy()");
        }
    }

    void stopAll() {
        for (Copy copy : context.catalog().copies()) {
            try (Locks.Held held = context.locks().workingCopy(copy.id())) {
                servers.stop(copy);
            }
        }
    }

    /** Destroys everything in the storage that is this repository's. Called under the repository's lock. */
    void destroyAll() {
        List<Copy> copies = context.catalog().copies();
        if (!copies.isEmpty()) {
            unrefer(copies);
        }
        for (StoredVolume volume : context.catalog().unreferenced()) {
            context.storage().destroy(volume.id());
        }
        snapshots.collectGarbage();
    }

    /** Removes what interrupted operations left, unless somebody is in the middle of one. */
    void sweep() {
        Optional<Locks.Held> sweeping = context.locks().sweeping();
        if (sweeping.isEmpty()) {
            LOG.debug("Not sweeping: another process is making something");
            return;
        }
        try (Locks.Held held = sweeping.get()) {
            context.storage().recover();
            for (StoredVolume volume : context.catalog().unreferenced()) {
                LOG.info("Removing volume {}, left over from an operation that was cut off", volume.id());
                destroyQuietly(volume.id());
            }
            snapshots.collectGarbage();
        }
    }

    private static void requireFree(Catalog catalog, Copy.Kind kind, String name) {
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

    private void destroyQuietly(VolumeId volume) {
        try {
            context.storage().destroy(volume);
        } catch (NotFoundException e) {
            LOG.debug("Volume {} is gone already", volume);
        } catch (ZvpgException e) {
            LOG.warn("Volume {} cannot be removed now; the next open() tries again", volume, e);
        }
    }

    private void forget(String id) {
        context.locks().forget(id);
        try {
            Directories.delete(context.home().runDirectory(id));
        } catch (IOException e) {
            LOG.warn("{} cannot be removed; remove it by hand", context.home().runDirectory(id), e);
        }
    }
}
