package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Branch;
import dev.zvpg.Clone;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.WorkingCopy;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StoredVolume;
import dev.zvpg.storage.VolumeId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Compares a repository with what was told before the power went, and tells what it found. Confined to one thread. */
final class PowerCutChecker {

    /** Of these the next one tells, or the next transfer. */
    private static final Set<String> UNRESOLVED =
            Set.of(PowerCutModel.COMMIT, PowerCutModel.RESET, PowerCutModel.RECEIVED);

    private final Repository repo;
    private final PowerCutJournal journal;
    private final PowerCutModel model;
    private final Random random;

    PowerCutChecker(Repository repo, PowerCutJournal journal, Random random) {
        this.repo = repo;
        this.journal = journal;
        this.model = journal.model();
        this.random = random;
    }

    void check(Storage storage) throws Exception {
        everythingAcknowledgedIsThereAndNothingElse();
        nothingUnreferencedIsLeft(storage);
        resolve();
        for (Branch branch : repo.branches()) {
            branch.start();
            long transfers = PowerCutBank.audit(branch.dataSource());
            PowerCutModel.Range possible = model.transfers(branch.name());
            assertThat(possible.contains(transfers))
                    .as("%s transfers on %s, of %s", transfers, branch.name(), possible)
                    .isTrue();
            journal.say("= holds " + branch.name() + " " + transfers);
            branch.stop();
        }
        // one of them, because each start takes seconds in an emulated machine
        if (random.nextBoolean()) {
            oneCloneStarts();
        } else {
            oneSnapshotStarts();
        }
    }

    private void everythingAcknowledgedIsThereAndNothingElse() {
        compare(PowerCutModel.BRANCH, names(repo.branches(), Branch::name));
        compare(PowerCutModel.CLONE, names(repo.clones(), Clone::name));
        compare(PowerCutModel.SNAPSHOT, names(repo.snapshots(), Snapshot::ref));
        for (Snapshot snapshot : repo.snapshots()) {
            assertThat(snapshot.info().message())
                    .as("the message of %s", snapshot.ref())
                    .isEqualTo(PowerCutModel.message(snapshot.ref()));
        }
        // whole: there is a cluster in it
        Stream.concat(repo.branches().stream(), repo.clones().stream())
                .map(WorkingCopy::dataDirectory)
                .forEach(
                        directory -> assertThat(directory.resolve("PG_VERSION")).isRegularFile());
    }

    private static <T> Set<String> names(List<T> handles, Function<T, String> name) {
        return handles.stream().map(name).collect(Collectors.toUnmodifiableSet());
    }

    private void compare(String kind, Set<String> found) {
        assertThat(found).as("%s acknowledged", kind).containsAll(model.required(kind));
        assertThat(model.allowed(kind)).as("%s heard of", kind).containsAll(found);
    }

    /** And what the pool has more than the storage lists is what its snapshots are images of. */
    private void nothingUnreferencedIsLeft(Storage storage) {
        Set<Path> referenced = Stream.concat(repo.branches().stream(), repo.clones().stream())
                .map(WorkingCopy::dataDirectory)
                .collect(Collectors.toUnmodifiableSet());
        List<VolumeId> volumes =
                storage.list().volumes().stream().map(StoredVolume::id).toList();
        assertThat(volumes).as("volumes").hasSameSizeAs(referenced);
        for (VolumeId volume : volumes) {
            Path directory = storage.directory(volume);
            assertThat(referenced).as("who has %s", volume).anyMatch(data -> data.startsWith(directory));
        }
    }

    /** What was in progress is done, or it never was. */
    private void resolve() {
        for (PowerCutModel.Pending pending : model.pending()) {
            String kind = pending.kind();
            boolean done = kind.startsWith(PowerCutModel.DELETE)
                    ? !exists(kind.substring(PowerCutModel.DELETE.length()), pending.name())
                    : exists(kind, pending.name());
            if (!UNRESOLVED.contains(kind)) {
                journal.say((done ? "= " : "~ ") + kind + " " + pending.name());
            }
        }
    }

    private boolean exists(String kind, String name) {
        return switch (kind) {
            case PowerCutModel.BRANCH -> repo.findBranch(name).isPresent();
            case PowerCutModel.CLONE -> repo.findClone(name).isPresent();
            default -> repo.findSnapshot(name).isPresent();
        };
    }

    private void oneCloneStarts() throws Exception {
        Map<String, PowerCutModel.Range> clones = model.all(PowerCutModel.CLONE);
        if (!clones.isEmpty()) {
            String name = anyOf(clones);
            starts(repo.clone(name), clones.get(name));
        }
    }

    private void oneSnapshotStarts() throws Exception {
        Map<String, PowerCutModel.Range> snapshots = model.all(PowerCutModel.SNAPSHOT);
        if (!snapshots.isEmpty()) {
            String ref = anyOf(snapshots);
            String name = "check-" + Integer.toUnsignedString(random.nextInt(), 36);
            journal.telling(
                    PowerCutModel.CLONE, name, ref, () -> repo.snapshot(ref).clone(name));
            starts(repo.clone(name), snapshots.get(ref));
            journal.telling(
                    PowerCutModel.DELETE + PowerCutModel.CLONE,
                    name,
                    "",
                    () -> repo.clone(name).delete());
        }
    }

    private String anyOf(Map<String, ?> objects) {
        return objects.keySet().stream().sorted().toList().get(random.nextInt(objects.size()));
    }

    private static void starts(Clone clone, PowerCutModel.@org.jspecify.annotations.Nullable Range possible)
            throws Exception {
        clone.start();
        long transfers = PowerCutBank.audit(clone.dataSource());
        assertThat(java.util.Objects.requireNonNull(possible).contains(transfers))
                .as("%s transfers in %s, of %s", transfers, clone, possible)
                .isTrue();
        clone.stop();
    }
}
