package dev.zvpg.zfs;

import dev.zvpg.error.InUseException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.Claims.Claim;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StoredDraft;
import dev.zvpg.storage.VolumeId;
import dev.zvpg.zfs.binding.Mounts;
import dev.zvpg.zfs.binding.Patience;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How volumes and snapshots go: what nothing needs at once, and what something grew from when the last of that goes.
 * Until then a volume is a dataset that is marked as destroyed, and a snapshot one whose destruction the kernel has
 * deferred.
 *
 * <p>Thread-safe, also among processes.
 */
final class Destroying {

    private static final Logger LOG = LoggerFactory.getLogger(Destroying.class);

    private final Objects objects;
    private final MountPoints mountPoints;

    Destroying(Objects objects, MountPoints mountPoints) {
        this.objects = objects;
        this.mountPoints = mountPoints;
    }

    void destroy(VolumeId volume, List<AttributeChange> changes) {
        Path directory = mountPoints.of(volume);
        String dataset = objects.names().dataset(volume);
        String name = Objects.name(volume);
        boolean wasMounted = false;
        boolean destroyed = false;
        Patience patience = new Patience();
        try {
            while (!destroyed) {
                wasMounted |= mountPoints.unmount(directory);
                Map<String, Object> arguments = objects.arguments(volume, changes);
                arguments.put("mayBeDraft", changes.isEmpty());
                arguments.put("claimed", mountPoints.claims().exists(volume.value()));
                Program.Result result = objects.run(Program.DESTROY_VOLUME, "destroy", name, arguments);
                switch (result.answer()) {
                    case OK -> {
                        destroyed = true;
                        forgetClaim(volume);
                    }
                    case MISSING -> throw objects.missing(volume, changes, result);
                    case CHILD ->
                        throw new InUseException(
                                "cannot destroy " + name + ": somebody else's dataset " + result.text("name")
                                        + " is below it",
                                "destroy or rename that first");
                    case AGAIN -> LOG.debug("{} has a snapshot that was taken just now", volume);
                    default -> patience.lose(() -> MountedElsewhere.busy(name, dataset));
                }
            }
        } finally {
            if (wasMounted && !destroyed) {
                mountAgain(dataset, directory);
            }
        }
    }

    /** A draft that is destroyed by somebody else than its maker leaves one. */
    private void forgetClaim(VolumeId volume) {
        if (mountPoints.claims().exists(volume.value())) {
            mountPoints.claimWhatWasCutOff(volume).ifPresent(MountPoints::letGo);
        }
    }

    /** Destroys a draft, and gives up the claim on it; keeps both when somebody uses it. */
    void discard(VolumeId volume, Claim claim) {
        Patience patience = new Patience();
        while (true) {
            mountPoints.unmount(mountPoints.of(volume));
            objects.run(
                    Program.DISCARD,
                    "discard",
                    Objects.name(volume),
                    Map.of("volume", objects.names().dataset(volume)));
            if (!objects.exists("discard", volume)) {
                MountPoints.letGo(claim);
                return;
            }
            patience.lose(() ->
                    MountedElsewhere.busy(Objects.name(volume), objects.names().dataset(volume)));
        }
    }

    /** The same, and what somebody uses is left for {@link #recover}. */
    void discardQuietly(VolumeId volume, Claim claim) {
        try {
            discard(volume, claim);
        } catch (ZvpgException e) {
            claim.abandon();
            LOG.warn("{} is removed the next time the storage is recovered", Objects.name(volume), e);
        }
    }

    /** Frees what a volume occupied that something else has taken the place of. */
    void reapQuietly(VolumeId volume) {
        try {
            mountPoints.unmount(mountPoints.of(volume));
            objects.run(
                    Program.RECOVER,
                    "destroy",
                    Objects.name(volume),
                    Map.of("volume", objects.names().dataset(volume)));
        } catch (ZvpgException e) {
            LOG.warn("{} is removed the next time the storage is recovered", Objects.name(volume), e);
        }
    }

    /** A verb that throws has changed nothing. */
    private void mountAgain(String dataset, Path directory) {
        try {
            mountPoints.mount(dataset, directory, false);
        } catch (ZvpgException e) {
            LOG.debug("{} is mounted the next time somebody asks where it is", dataset, e);
        }
    }

    void destroy(SnapshotId snapshot, List<AttributeChange> changes) {
        String name = Objects.name(snapshot);
        Patience patience = new Patience();
        while (true) {
            mountPoints.unmount(mountPoints.of(snapshot));
            Program.Result result =
                    objects.run(Program.DESTROY_SNAPSHOT, "destroy", name, objects.arguments(snapshot, changes));
            switch (result.answer()) {
                case OK -> {
                    objects.forget(snapshot);
                    return;
                }
                case MISSING -> throw objects.missing(snapshot, changes, result);
                case HELD ->
                    throw new InUseException(
                            "cannot destroy " + name + ": it has the holds "
                                    + String.join(
                                            ", ",
                                            objects.lzc()
                                                    .holds(result.text("name"))
                                                    .keySet()),
                            "release them with zfs release TAG " + result.text("name"));
                default -> patience.lose(() -> MountedElsewhere.busy(name, result.text("name")));
            }
        }
    }

    /** Removes what was cut off; what cannot be removed now is tried again the next time. */
    void recover(Predicate<VolumeId> mayGo) {
        List<Path> mounted = mountPoints.all(); // before what they are for, which is there before they are
        Set<VolumeId> claimed = Set.copyOf(mountPoints.claimed());
        Set<VolumeId> cutOff = new LinkedHashSet<>(claimed);
        Scan scan = objects.scan();
        cutOff.addAll(scan.drafts());
        Set<Path> needed = new HashSet<>();
        scan.listing().volumes().forEach(volume -> needed.add(mountPoints.of(volume.id())));
        scan.listing().snapshots().forEach(snapshot -> needed.add(mountPoints.of(snapshot.id())));
        scan.drafts().forEach(volume -> needed.add(mountPoints.of(volume)));
        mounted.stream().filter(directory -> !needed.contains(directory)).forEach(this::unmountOurs);
        cutOff.forEach(volume -> mountPoints
                .claimWhatWasCutOff(volume)
                .ifPresent(claim -> recover(volume, claim, claimed.contains(volume), mayGo)));
        if (!scan.left().isEmpty()) {
            scan.left().forEach(volume -> LOG.info("Removing {}, which was destroyed", Objects.name(volume)));
            objects.run(Program.RECOVER, "recover", "zfs " + objects.names().root(), Map.of());
        }
    }

    private void recover(VolumeId volume, Claim claim, boolean wasClaimed, Predicate<VolumeId> mayGo) {
        boolean decided = false;
        try {
            if (!objects.isDraft("recover", volume, wasClaimed)) { // published, or gone
                MountPoints.letGo(claim);
                decided = true;
            } else if (PartialVolume.of(objects, volume).isPresent()) {
                LOG.debug("{} stays, because its receipt can go on", Objects.name(volume));
            } else if (mayGo.test(volume)) {
                discardQuietly(volume, claim);
                decided = true;
            }
        } finally {
            if (!decided) {
                claim.abandon();
            }
        }
    }

    /** The volumes that somebody is making, or was and that are of no use any more. */
    List<StoredDraft> drafts() {
        return objects.scan().drafts().stream()
                .flatMap(volume -> draft(volume).stream())
                .toList();
    }

    private Optional<StoredDraft> draft(VolumeId volume) {
        boolean wasClaimed = mountPoints.claims().exists(volume.value());
        Optional<Claim> claim = mountPoints.claimWhatWasCutOff(volume);
        if (claim.isEmpty()) {
            return Optional.of(new StoredDraft(volume, false));
        }
        boolean abandoned = false;
        try {
            abandoned = objects.isDraft("list", volume, wasClaimed); // it may have ended since it was listed
            return abandoned && PartialVolume.of(objects, volume).isEmpty()
                    ? Optional.of(new StoredDraft(volume, true))
                    : Optional.empty();
        } finally {
            if (abandoned) {
                claim.get().abandon();
            } else {
                MountPoints.letGo(claim.get());
            }
        }
    }

    private void unmountOurs(Path directory) {
        try {
            if (!mountPoints.isMounted(directory) || isOurs(directory)) {
                mountPoints.unmount(directory);
            }
        } catch (ZvpgException e) {
            LOG.warn("{} is left over from an operation that was cut off, and cannot be unmounted now", directory, e);
        }
    }

    private boolean isOurs(Path directory) {
        Path real = Mounts.real(directory);
        return Mounts.list().stream()
                .anyMatch(mount -> mount.directory().equals(real)
                        && mount.dataset().startsWith(objects.names().root() + "/"));
    }
}
