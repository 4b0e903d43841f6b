package dev.zvpg.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A random walk over a storage's verbs, and a model of what must be there after each step. The same seed makes the same
 * steps, whoever takes them, so what a killed process did can be told afterwards.
 *
 * <p>Confined to one thread.
 */
public final class StorageWalk {

    private static final int MOST_OBJECTS = 12;
    private static final int REMEMBERED = 12;

    private final Random random;
    private final String prefix;
    private final Map<StoredId, Thing> model = new LinkedHashMap<>();
    private final Deque<String> last = new ArrayDeque<>();
    private int steps;

    /** What the model knows of an object. */
    private record Thing(@Nullable StoredId source, Map<String, String> attributes, Map<String, String> files) {}

    /**
     * A step: what to do with the storage, and what it makes of the model.
     *
     * @param text what it does, for messages
     */
    public record Step(String text, Action onStorage, Runnable onModel) {}

    /** Part of a step. */
    public interface Action {
        /**
         * Does it.
         *
         * @param storage the storage to do it with
         */
        void run(Storage storage);
    }

    /**
     * Prepares a walk.
     *
     * @param seed decides every step
     * @param prefix begins the identity of everything that this walk makes, and of nothing else
     */
    public StorageWalk(long seed, String prefix) {
        this.random = new Random(seed);
        this.prefix = prefix;
    }

    /**
     * Decides the next step; it must be taken, on the model at least, before the one after it is asked for.
     *
     * @return the step
     */
    public Step next() {
        Step step = decide();
        last.add(steps + " " + step.text());
        if (last.size() > REMEMBERED) {
            last.remove();
        }
        return step;
    }

    /**
     * Tells the steps before something went wrong.
     *
     * @return some lines, of which the last is the latest
     */
    public String lastSteps() {
        return "its last steps were\n" + String.join("\n", last);
    }

    private Step decide() {
        steps++;
        List<VolumeId> volumes = ids(VolumeId.class);
        List<SnapshotId> snapshots = ids(SnapshotId.class);
        int dice = random.nextInt(100);
        if (volumes.isEmpty() || (dice < 8 && model.size() < MOST_OBJECTS)) {
            return create(new VolumeId(prefix + "v" + steps));
        }
        VolumeId volume = volumes.get(random.nextInt(volumes.size()));
        if (dice < 30 && model.size() < MOST_OBJECTS) {
            return snapshot(volume, new SnapshotId(prefix + "s" + steps));
        }
        if (dice < 50 && model.size() < MOST_OBJECTS && !snapshots.isEmpty()) {
            return clone(snapshots.get(random.nextInt(snapshots.size())), new VolumeId(prefix + "v" + steps));
        }
        if (dice < 54 && !snapshots.isEmpty()) {
            return replace(volume, snapshots.get(random.nextInt(snapshots.size())), new VolumeId(prefix + "v" + steps));
        }
        if (dice < 57 && !snapshots.isEmpty()) {
            return thrownAway(snapshots.get(random.nextInt(snapshots.size())), new VolumeId(prefix + "d" + steps));
        }
        if (dice < 65) {
            return write(volume, "dir" + random.nextInt(3) + "/file" + random.nextInt(4), "text " + steps);
        }
        if (dice < 80 || model.size() < 3) {
            return update(new ArrayList<>(model.keySet()));
        }
        if (dice < 90 && !snapshots.isEmpty()) {
            SnapshotId snapshot = snapshots.get(random.nextInt(snapshots.size()));
            return new Step("destroy " + snapshot, s -> s.destroy(snapshot), () -> model.remove(snapshot));
        }
        return new Step("destroy " + volume, s -> s.destroy(volume), () -> model.remove(volume));
    }

    private <T> List<T> ids(Class<T> kind) {
        return model.keySet().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private Step create(VolumeId id) {
        Map<String, String> attributes = attributes();
        return new Step(
                "create " + id,
                s -> Trees.create(s, id, attributes),
                () -> model.put(id, new Thing(null, attributes, new TreeMap<>())));
    }

    private Step snapshot(VolumeId from, SnapshotId id) {
        Map<String, String> attributes = attributes();
        return new Step(
                "snapshot " + from + " as " + id,
                s -> s.snapshot(from, id, attributes, CopyProgress.NONE),
                () -> model.put(id, new Thing(from, attributes, files(from))));
    }

    private Step clone(SnapshotId from, VolumeId id) {
        Map<String, String> attributes = attributes();
        return new Step(
                "clone " + from + " as " + id,
                s -> Trees.clone(s, from, id, attributes),
                () -> model.put(id, new Thing(from, attributes, files(from))));
    }

    private Step replace(VolumeId old, SnapshotId from, VolumeId id) {
        Map<String, String> attributes = attributes();
        return new Step(
                "clone " + from + " as " + id + " in place of " + old,
                s -> {
                    try (Draft draft = s.clone(from, id, CopyProgress.NONE)) {
                        draft.publishInPlaceOf(old, attributes);
                    }
                },
                () -> {
                    model.put(id, new Thing(from, attributes, files(from)));
                    model.remove(old);
                });
    }

    private Step thrownAway(SnapshotId from, VolumeId id) {
        return new Step(
                "draft " + id + " of " + from,
                s -> {
                    try (Draft draft = s.clone(from, id, CopyProgress.NONE)) {
                        TreeText.write(draft.directory(), "dir0/file0", "thrown away");
                    }
                },
                () -> {});
    }

    private Step write(VolumeId volume, String file, String text) {
        return new Step("write " + file + " in " + volume, s -> TreeText.write(s.directory(volume), file, text), () -> {
            Map<String, String> files = thing(volume).files();
            files.put(file, text);
        });
    }

    private Step update(List<StoredId> all) {
        List<AttributeChange> changes = new ArrayList<>();
        int count = 1 + random.nextInt(Math.min(3, all.size()));
        for (int i = 0; i < count; i++) {
            StoredId target = all.remove(random.nextInt(all.size()));
            changes.add(new AttributeChange(target, attributes(), Set.of("a" + random.nextInt(5))));
        }
        return new Step(
                "update " + changes,
                s -> s.update(changes),
                () -> changes.forEach(change -> {
                    Thing before = thing(change.target());
                    Map<String, String> after = new HashMap<>(before.attributes);
                    after.keySet().removeAll(change.remove());
                    after.putAll(change.set());
                    model.put(change.target(), new Thing(before.source, after, before.files));
                }));
    }

    private Map<String, String> attributes() {
        Map<String, String> attributes = new HashMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            attributes.put("a" + random.nextInt(5), "v\u00e4lue\n" + random.nextInt());
        }
        return attributes;
    }

    private Map<String, String> files(StoredId id) {
        return new TreeMap<>(thing(id).files);
    }

    private Thing thing(StoredId id) {
        return Optional.ofNullable(model.get(id)).orElseThrow();
    }

    /**
     * Takes a number of steps.
     *
     * @param storage what to take them on
     * @param count how many
     */
    public void take(Storage storage, int count) {
        for (int i = 0; i < count; i++) {
            Step step = next();
            step.onStorage().run(storage);
            step.onModel().run();
        }
    }

    /**
     * Takes steps that somebody else has taken.
     *
     * @param count how many
     */
    public void takeOnModel(long count) {
        for (long i = 0; i < count; i++) {
            next().onModel().run();
        }
    }

    /**
     * Tells everything that the storage holds of this walk, as text to compare with {@link #expected}.
     *
     * @param storage what to look at
     * @return one line for each object
     */
    public Map<String, String> found(Storage storage) {
        Map<String, String> found = new TreeMap<>();
        Listing listing = storage.list();
        for (StoredVolume volume : listing.volumes()) {
            if (volume.id().value().startsWith(prefix)) {
                Path tree = storage.directory(volume.id());
                StoredId origin = volume.origin().orElse(null);
                found.put("volume " + volume.id(), text(origin, volume.attributes(), TreeText.read(tree)));
            }
        }
        for (StoredSnapshot snapshot : listing.snapshots()) {
            if (snapshot.id().value().startsWith(prefix)) {
                Path tree = storage.directory(snapshot.id());
                found.put(
                        "snapshot " + snapshot.id(),
                        text(snapshot.volume(), snapshot.attributes(), TreeText.read(tree)));
            }
        }
        return found;
    }

    /**
     * Tells everything that must be there.
     *
     * @return one line for each object
     */
    public Map<String, String> expected() {
        return model.entrySet().stream()
                .collect(Collectors.toMap(
                        entry -> (entry.getKey() instanceof VolumeId ? "volume " : "snapshot ") + entry.getKey(),
                        entry -> {
                            Thing thing = entry.getValue();
                            return text(thing.source, thing.attributes, thing.files);
                        },
                        (one, other) -> one,
                        TreeMap::new));
    }

    private static String text(@Nullable StoredId source, Map<String, String> attributes, Map<String, String> files) {
        Map<String, String> onlyFiles = new TreeMap<>(files);
        onlyFiles.values().removeIf(TreeText.DIRECTORY::equals); // a write that is cut off may have made one already
        return "from " + source + " with " + new TreeMap<>(attributes) + " holds " + onlyFiles;
    }

    /**
     * Checks that the storage holds what the steps that were taken have made, and nothing else of this walk.
     *
     * @param storage what to look at
     */
    public void check(Storage storage) {
        assertThat(found(storage)).as(this::lastSteps).isEqualTo(expected());
    }
}
