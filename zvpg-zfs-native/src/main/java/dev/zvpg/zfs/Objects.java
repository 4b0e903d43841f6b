package dev.zvpg.zfs;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.internal.io.DisplayText;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StoredId;
import dev.zvpg.storage.StoredSnapshot;
import dev.zvpg.storage.StoredVolume;
import dev.zvpg.storage.VolumeId;
import dev.zvpg.zfs.Program.Answer;
import dev.zvpg.zfs.binding.Lzc;
import dev.zvpg.zfs.binding.LzcPrograms;
import dev.zvpg.zfs.binding.OpenDataset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a storage keeps, as the kernel tells it: listed, found, and its attributes changed.
 *
 * <p>Thread-safe, also among processes.
 */
final class Objects {

    /** From about so many on, keeping the root open costs less than opening it anew for each of them. */
    private static final int MANY_VOLUMES = 10;

    private final Lzc lzc;
    private final Names names;

    /** In which dataset a snapshot was last seen. Only a hint: programs look elsewhere when it is not there. */
    private final Map<SnapshotId, String> seen = new ConcurrentHashMap<>();

    /** What snapshots were last seen to take; a scan asks only what can have changed since. */
    private volatile Map<SnapshotId, SnapshotSpace> space = Map.of();

    /** In doubt there are. */
    private volatile boolean hasManyVolumes = true;

    /** The volumes that processes have claims on, because they are making them, or were. */
    private final Supplier<List<VolumeId>> claimed;

    Objects(Lzc lzc, Names names, Supplier<List<VolumeId>> claimed) {
        this.lzc = lzc;
        this.names = names;
        this.claimed = claimed;
    }

    Lzc lzc() {
        return lzc;
    }

    Names names() {
        return names;
    }

    Keys keys() {
        return new Keys(lzc, names);
    }

    /** An identity in a message. */
    static String name(StoredId id) {
        return (id instanceof VolumeId ? "volume " : "snapshot ") + id;
    }

    Program.Result run(Program program, String operation, String target, Map<String, ?> arguments) {
        return program.run(lzc, names, operation, target, arguments);
    }

    /** How programs are told which object is meant. */
    Map<String, Object> arguments(StoredId id) {
        Map<String, Object> arguments = new HashMap<>();
        if (id instanceof VolumeId volume) {
            arguments.put("volume", names.dataset(volume));
        } else if (id instanceof SnapshotId snapshot) {
            arguments.put("snapshot", snapshot.value());
            String hint = seen.get(snapshot);
            if (hint != null) {
                arguments.put("hint", hint);
            }
        }
        return arguments;
    }

    Scan scan() {
        Map<SnapshotId, SnapshotSpace> known = space;
        Map<String, String> neighbours = new HashMap<>();
        known.forEach((id, taken) -> neighbours.put(id.value(), taken.neighbours()));
        Map<String, Boolean> claims = new HashMap<>();
        claimed.get().forEach(volume -> claims.put(volume.value(), true));
        Scan scan;
        try (OpenDataset root = hasManyVolumes ? openRoot() : OpenDataset.none()) {
            scan = Scan.of(
                    run(Program.LIST, "list", "zfs " + names.root(), Map.of("known", neighbours, "claimed", claims)),
                    known);
        }
        space = scan.space();
        hasManyVolumes = scan.listing().volumes().size() >= MANY_VOLUMES;
        Map<SnapshotId, String> now = new HashMap<>();
        for (StoredSnapshot snapshot : scan.listing().snapshots()) {
            now.put(snapshot.id(), names.dataset(snapshot.volume()));
        }
        seen.keySet().retainAll(now.keySet());
        seen.putAll(now);
        return scan;
    }

    private OpenDataset openRoot() {
        // a suspended pool refuses a program at once, and lets everything else wait
        LzcPrograms.of(lzc).read(names.pool(), "return true", Map.of());
        return OpenDataset.of(names.root());
    }

    /** The full name that a snapshot was last seen by; null when it never was. It may be destroyed since. */
    @Nullable
    String lastSeen(SnapshotId snapshot) {
        String dataset = seen.get(snapshot);
        return dataset == null ? null : dataset + "@" + snapshot;
    }

    void saw(SnapshotId snapshot, String dataset) {
        seen.put(snapshot, dataset);
    }

    void forget(SnapshotId snapshot) {
        seen.remove(snapshot);
    }

    /**
     * The full name of a snapshot.
     *
     * @throws NotFoundException when there is no such snapshot
     */
    String find(String operation, SnapshotId snapshot) {
        Program.Result result = run(Program.FIND, operation, name(snapshot), arguments(snapshot));
        if (result.answer() == Answer.MISSING) {
            throw missing(operation, snapshot);
        }
        String found = result.text("name");
        saw(snapshot, found.substring(0, found.indexOf('@')));
        return found;
    }

    /**
     * A snapshot as ZFS knows it.
     *
     * @param name its full name
     * @param identity its global identity, which an image keeps that is sent elsewhere
     * @param encrypted whether it is, and whatever is cloned from it or received on top of it
     */
    record Found(String name, long identity, boolean encrypted) {

        /** The identity as {@code zfs get guid} writes it. */
        String text() {
            return Long.toUnsignedString(identity);
        }
    }

    /**
     * A snapshot, and which one it is.
     *
     * @throws NotFoundException when there is no such snapshot
     */
    Found identify(String operation, SnapshotId snapshot) {
        String name = find(operation, snapshot);
        Program.Result result = run(Program.IDENTIFY, operation, name(snapshot), Map.of("snapshot", name));
        if (result.answer() == Answer.MISSING || !(result.values().get("guid") instanceof Long identity)) {
            throw missing(operation, snapshot); // it went meanwhile
        }
        return new Found(name, identity, !result.text("keyformat").equals("none"));
    }

    /** Whether it is there, if only as a draft. */
    boolean exists(String operation, StoredId id) {
        return run(Program.FIND, operation, name(id), arguments(id)).answer() == Answer.OK;
    }

    boolean isLive(String operation, VolumeId volume) {
        Program.Result result = run(Program.FIND, operation, name(volume), arguments(volume));
        return result.answer() == Answer.OK && result.find("unlabelled").isEmpty();
    }

    /** Whether it is a draft, with a claim on it: or else it must not look like anything that somebody made by hand. */
    boolean isDraft(String operation, VolumeId volume, boolean isClaimed) {
        return run(Program.FIND, operation, name(volume), arguments(volume))
                .find(isClaimed ? "unlabelled" : "draft")
                .isPresent();
    }

    /** All changes in one transaction group. */
    void update(List<AttributeChange> changes) {
        String targets = String.join(
                ", ", changes.stream().map(change -> name(change.target())).toList());
        Program.Result result = run(Program.UPDATE, "update", targets, Map.of("changes", arguments(changes)));
        if (result.answer() == Answer.MISSING) {
            throw missing(
                    "update",
                    changes.get(Integer.parseInt(result.text("index"))).target());
        }
    }

    /** The arguments of a destruction and of the changes that belong to the same step. */
    Map<String, Object> arguments(StoredId destroyed, List<AttributeChange> changes) {
        Map<String, Object> arguments = arguments(destroyed);
        arguments.put("changes", arguments(changes));
        return arguments;
    }

    /** The exception for a destruction that missed its object, or one that was to be changed in the same step. */
    NotFoundException missing(StoredId destroyed, List<AttributeChange> changes, Program.Result result) {
        return missing(
                "destroy",
                result.find("index")
                        .map(index -> changes.get(Integer.parseInt(index)).target())
                        .orElse(destroyed));
    }

    private Map<String, Object> arguments(List<AttributeChange> changes) {
        Map<String, Object> all = new LinkedHashMap<>();
        for (int i = 0; i < changes.size(); i++) {
            all.put(String.valueOf(i), arguments(changes.get(i)));
        }
        return all;
    }

    private Map<String, Object> arguments(AttributeChange change) {
        Map<String, Object> arguments = arguments(change.target());
        arguments.put("set", Scan.properties(change.set()));
        Map<String, Boolean> remove = new HashMap<>();
        for (String name : change.remove()) {
            if (!change.set().containsKey(name)) {
                remove.put(Scan.PREFIX + name, true);
            }
        }
        arguments.put("remove", remove);
        return arguments;
    }

    static AlreadyExistsException taken(String operation, StoredId id, @Nullable Throwable cause) {
        return new AlreadyExistsException(
                "cannot " + operation + " " + name(id) + ": it exists, or did", "choose another identity", cause);
    }

    NotFoundException missing(String operation, StoredId id) {
        Scan scan = scan();
        List<String> others = id instanceof VolumeId
                ? scan.listing().volumes().stream()
                        .map(StoredVolume::id)
                        .map(VolumeId::value)
                        .toList()
                : scan.listing().snapshots().stream()
                        .map(StoredSnapshot::id)
                        .map(SnapshotId::value)
                        .toList();
        return new NotFoundException(
                "cannot " + operation + " " + name(id) + ": it does not exist in zfs " + names.root(),
                DisplayText.whatThereIs(others));
    }
}
