package dev.zvpg.storage;

import dev.zvpg.error.AlreadyExistsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What another process does with a storage while a test looks at the same one from its own. It tells each step in a
 * line. Confined to one thread.
 */
public final class StorageWork {

    /** Begins the line before a step of a walk. */
    static final String BEGUN = "begun ";

    /** Begins the line after a step of a walk. */
    static final String DONE = "done ";

    /** The line of one that does nothing more, and waits to be killed. */
    static final String WAITING = "waiting";

    /** Begins the line of one that was given an identity. */
    static final String WON = "won ";

    /** A volume that {@link #drafts} begins with nothing. */
    static final VolumeId CREATED = new VolumeId("created");

    /** An image that {@link #drafts} copies where that is offered. */
    static final SnapshotId IMAGE = new SnapshotId("image");

    private static final String WALK = "walk";
    private static final String DRAFTS = "drafts";
    private static final String REPLACE = "replace";
    private static final String CLONE = "clone";
    private static final String SNAPSHOT = "snapshot";
    private static final String COMPETE = "compete";
    private static final String STEPS = "steps";
    private static final String CHANGES = "changes";
    private static final String RECOVER = "recover";

    private StorageWork() {}

    /** Walks, see {@link StorageWalk}. */
    public static List<String> walk(long seed, String prefix, int steps) {
        return List.of(WALK, String.valueOf(seed), prefix, String.valueOf(steps));
    }

    /** Makes a draft of each kind, of a snapshot and of the volume that it is an image of, and waits. */
    static List<String> drafts(VolumeId volume, SnapshotId snapshot, VolumeId clone) {
        return List.of(DRAFTS, volume.value(), snapshot.value(), clone.value());
    }

    /** Lets a clone take a volume's place, and waits without having closed the draft. */
    static List<String> replace(VolumeId volume, SnapshotId snapshot, VolumeId clone) {
        return List.of(REPLACE, volume.value(), snapshot.value(), clone.value());
    }

    /** Waits in the middle of the copy that makes a clone; where there is none, with the clone's draft. */
    static List<String> cloneHalf(SnapshotId snapshot, VolumeId clone) {
        return List.of(CLONE, snapshot.value(), clone.value());
    }

    /** Waits in the middle of the copy that makes a snapshot; where there is none, when it is taken. */
    static List<String> snapshotHalf(VolumeId volume, SnapshotId snapshot) {
        return List.of(SNAPSHOT, volume.value(), snapshot.value());
    }

    /** Gives a volume many attributes of its own names, and takes as many identities as it is given. */
    static List<String> compete(VolumeId volume, String name, int rounds) {
        return List.of(COMPETE, volume.value(), name, String.valueOf(rounds));
    }

    /** Takes steps that change several things at once, see {@link StepContract}. */
    static List<String> steps(VolumeId volume, SnapshotId snapshot, int rounds) {
        return List.of(STEPS, volume.value(), snapshot.value(), String.valueOf(rounds));
    }

    /** Asks where a volume differs from a snapshot's image, and waits. */
    public static List<String> changes(SnapshotId image, VolumeId volume) {
        return List.of(CHANGES, image.value(), volume.value());
    }

    /** Recovers what others have left, and asks where a volume differs from a snapshot's image. */
    public static List<String> recover(SnapshotId image, VolumeId volume) {
        return List.of(RECOVER, image.value(), volume.value());
    }

    /**
     * Works.
     *
     * @param storage with what; the caller closes it
     * @param work what {@link Ground#start} was given
     * @param tell takes the lines; {@code System.out::println} in a process that is one
     */
    public static void run(Storage storage, List<String> work, Consumer<String> tell) throws InterruptedException {
        String first = work.get(1);
        switch (work.get(0)) {
            case WALK -> walk(storage, new StorageWalk(Long.parseLong(first), work.get(2)), number(work), tell);
            case COMPETE -> compete(storage, new VolumeId(first), work.get(2), number(work), tell);
            case STEPS -> steps(storage, new VolumeId(first), new SnapshotId(work.get(2)), number(work));
            case CHANGES -> {
                storage.changes(new SnapshotId(first), new VolumeId(work.get(2)));
                await(tell);
            }
            case RECOVER -> {
                storage.recover(abandoned -> true);
                storage.changes(new SnapshotId(first), new VolumeId(work.get(2)));
            }
            case REPLACE -> {
                Draft draft = storage.clone(new SnapshotId(work.get(2)), new VolumeId(work.get(3)), CopyProgress.NONE);
                draft.publishInPlaceOf(new VolumeId(first), Map.of());
                await(tell);
                draft.close();
            }
            case CLONE -> {
                Draft draft = storage.clone(new SnapshotId(first), new VolumeId(work.get(2)), waiting(tell));
                await(tell);
                draft.close();
            }
            case SNAPSHOT -> {
                storage.snapshot(new VolumeId(first), new SnapshotId(work.get(2)), Map.of(), waiting(tell));
                await(tell);
            }
            case DRAFTS -> {
                List<Draft> drafts = new ArrayList<>();
                drafts.add(storage.clone(new SnapshotId(work.get(2)), new VolumeId(work.get(3)), CopyProgress.NONE));
                drafts.add(storage.create(CREATED));
                if (!storage.features().contains(StorageFeature.ATOMIC_SNAPSHOT)) {
                    drafts.add(storage.copy(new VolumeId(first), IMAGE, CopyProgress.NONE));
                }
                drafts.forEach(draft -> TreeText.write(draft.directory(), "half", "made"));
                await(tell);
                drafts.forEach(Draft::close);
            }
            default -> throw new IllegalArgumentException("no such work: " + work);
        }
    }

    private static int number(List<String> work) {
        return Integer.parseInt(work.get(3));
    }

    /** Its killer comes at once, or has died itself. */
    private static void await(Consumer<String> tell) throws InterruptedException {
        tell.accept(WAITING);
        TimeUnit.MINUTES.sleep(10);
        throw new IllegalStateException("nobody has killed this");
    }

    private static CopyProgress waiting(Consumer<String> tell) {
        return (doneBytes, totalBytes) -> {
            try {
                await(tell);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
    }

    private static void walk(Storage storage, StorageWalk walk, int steps, Consumer<String> tell) {
        for (int i = 0; i < steps; i++) {
            StorageWalk.Step step = walk.next();
            tell.accept(BEGUN + i);
            step.onStorage().run(storage);
            tell.accept(DONE + i);
            step.onModel().run();
        }
    }

    /** Also what the test itself does meanwhile. */
    static void compete(Storage storage, VolumeId volume, String name, int rounds, Consumer<String> tell) {
        for (int i = 0; i < rounds; i++) {
            storage.update(List.of(AttributeChange.set(volume, Map.of(name + i, "x"))));
            VolumeId wanted = new VolumeId("wanted-" + i);
            try {
                Trees.create(storage, wanted, Map.of("winner", name));
                tell.accept(WON + wanted);
            } catch (AlreadyExistsException e) {
                tell.accept("lost " + wanted);
            }
        }
    }

    private static void steps(Storage storage, VolumeId volume, SnapshotId snapshot, int rounds) {
        for (int i = 1; i <= rounds; i++) {
            String number = String.valueOf(i);
            storage.update(List.of(
                    AttributeChange.set(volume, Map.of("n", number)),
                    AttributeChange.set(snapshot, Map.of("n", number))));
            try (Draft draft = storage.clone(snapshot, new VolumeId("seat-" + i), CopyProgress.NONE)) {
                draft.publishInPlaceOf(new VolumeId("seat-" + (i - 1)), Map.of("n", number));
            }
            SnapshotId brief = new SnapshotId("brief-" + i);
            storage.snapshot(volume, brief, Map.of("n", number), CopyProgress.NONE);
            storage.destroy(brief, List.of(AttributeChange.set(volume, Map.of("gone", number))));
        }
    }
}
