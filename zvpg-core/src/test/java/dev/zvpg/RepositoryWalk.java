package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.zvpg.WalkModel.Image;
import dev.zvpg.WalkModel.Line;
import dev.zvpg.WalkModel.Trial;
import dev.zvpg.error.DivergedException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.MergeConflictException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.info.SnapshotInfo;
import dev.zvpg.server.ServerState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * A random walk over a repository's verbs, with a model of what must be there after each. Several may walk over one
 * repository at once, each on branches and clones of its own. The same seed makes the same steps.
 *
 * <p>Confined to one thread.
 */
public final class RepositoryWalk {

    private static final int MOST_BRANCHES = 6;
    private static final int MOST_CLONES = 4;
    private static final int MOST_SNAPSHOTS = 20;
    private static final int REMEMBERED = 12;

    private final Random random;
    private final Repository repo;
    private final String prefix;
    private final Data data;
    private final WalkModel model = new WalkModel();
    private final Map<String, Integer> taken = new TreeMap<>();
    private final Deque<String> last = new ArrayDeque<>();
    private int steps;

    /** How rows come into a branch or clone and are read again. */
    public interface Data {

        /**
         * Commits one row, and starts the server first where it does not run.
         *
         * @param copy where
         * @param key the row's key, of letters and digits
         * @param value its new value, of letters and digits
         */
        void put(WorkingCopy copy, String key, String value);

        /**
         * Reads all rows.
         *
         * @param copy of what; its server runs
         * @return by key
         */
        Map<String, String> rows(WorkingCopy copy);
    }

    /**
     * Prepares a walk.
     *
     * @param seed decides every step
     * @param repo where to walk
     * @param first the branch to begin with; it has neither a snapshot nor a row, and its server does not run
     * @param prefix begins the name of everything that this walk makes, and of nothing else but {@code first}
     * @param data how rows are written and read
     */
    public RepositoryWalk(long seed, Repository repo, Branch first, String prefix, Data data) {
        this.random = new Random(seed);
        this.repo = repo;
        this.prefix = prefix;
        this.data = data;
        model.lines.add(new Line(first.name()));
    }

    /**
     * Takes a number of steps.
     *
     * @param count how many
     */
    public void take(int count) {
        for (int i = 0; i < count; i++) {
            steps++;
            while (!step()) {
                // it was not possible; another one is
            }
        }
    }

    /**
     * How often each kind of step was taken.
     *
     * @return by its name
     */
    public Map<String, Integer> taken() {
        return Map.copyOf(taken);
    }

    private boolean step() {
        int dice = random.nextInt(100);
        if (dice < 24) {
            return took("put", this::put);
        } else if (dice < 40) {
            return took("snapshot", this::snapshot);
        } else if (dice < 48) {
            return took("branch", this::branch);
        } else if (dice < 54) {
            return took("clone", this::cloneOne);
        } else if (dice < 62) {
            return took("reset", this::reset);
        } else if (dice < 74) {
            return took("merge", this::merge);
        } else if (dice < 79) {
            return took("rename", this::rename);
        } else if (dice < 84) {
            return took("startOrStop", this::startOrStop);
        } else if (dice < 88) {
            return took("cloneReset", this::cloneReset);
        } else if (dice < 91) {
            return took("deleteClone", this::deleteClone);
        } else if (dice < 95) {
            return took("deleteBranch", this::deleteBranch);
        }
        return took("deleteSnapshot", this::deleteSnapshot);
    }

    private boolean took(String kind, BooleanSupplier step) {
        boolean done = step.getAsBoolean();
        if (done) {
            taken.merge(kind, 1, Integer::sum);
            last.add(kind);
            if (last.size() > REMEMBERED) {
                last.remove();
            }
        }
        return done;
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private boolean put() {
        String key = "k" + random.nextInt(8);
        String value = "v" + steps;
        if (!model.trials.isEmpty() && random.nextInt(4) == 0) {
            Trial trial = any(model.trials);
            data.put(repo.clone(trial.name), key, value);
            trial.running = true;
            trial.rows.put(key, value);
            return true;
        }
        Line line = any(model.lines);
        data.put(repo.branch(line.name), key, value);
        line.start();
        line.writes++;
        line.rows.put(key, value);
        return true;
    }

    private boolean snapshot() {
        if (model.images.size() >= MOST_SNAPSHOTS) {
            return deleteSnapshot();
        }
        Line line = any(model.lines);
        Branch branch = repo.branch(line.name);
        Snapshot snapshot = random.nextBoolean() ? branch.commit("step " + steps) : branch.snapshot("s" + steps, "");
        model.snapshot(line, snapshot.name());
        return true;
    }

    private boolean branch() {
        if (model.lines.size() >= MOST_BRANCHES) {
            return deleteBranch();
        }
        String name = prefix + "b" + steps + (random.nextBoolean() ? "/deep/er" : "");
        if (!model.images.isEmpty() && random.nextBoolean()) {
            Image from = any(model.images);
            repo.snapshot(from.ref()).branch(name);
            model.branch(name, from);
            return true;
        }
        Line parent = any(model.lines);
        repo.branch(parent.name).branch(name);
        Image head = parent.head();
        model.branch(
                name,
                head != null
                        ? head
                        : model.snapshot(
                                parent, repo.branch(name).head().orElseThrow().name()));
        return true;
    }

    private boolean cloneOne() {
        if (model.images.isEmpty()) {
            return false;
        }
        if (model.trials.size() >= MOST_CLONES) {
            return deleteClone();
        }
        Image from = any(model.images);
        String name = prefix + "c" + steps;
        repo.snapshot(from.ref()).clone(name);
        model.trials.add(new Trial(name, from));
        return true;
    }

    private boolean reset() {
        if (model.images.isEmpty()) {
            return false;
        }
        Line line = any(model.lines);
        Image to = any(model.images);
        boolean save = random.nextInt(4) > 0;
        Optional<Snapshot> saved = repo.branch(line.name).resetTo(repo.snapshot(to.ref()), o -> o.save(save));
        line.exact |= line.running; // it was stopped before the safety snapshot
        boolean running = line.running;
        line.running = false;
        boolean mustSave = save && (line.isDirty() || !model.staysReachable(line, to));
        assertThat(saved.isPresent()).as(this + ": saved").isEqualTo(mustSave);
        saved.ifPresent(snapshot -> model.snapshot(line, snapshot.name()));
        line.running = running;
        line.becomes(to);
        model.collect();
        return true;
    }

    private boolean merge() {
        Line into = any(model.lines);
        Line from = any(model.lines);
        if (into == from) {
            return false;
        }
        Branch branch = repo.branch(into.name);
        Branch other = repo.branch(from.name);
        Image ours = into.head();
        Image theirs = from.head();
        List<Image> bases = ours == null || theirs == null ? List.of() : ours.bases(theirs);
        if (!from.isDirty() && into.history().contains(theirs)) {
            assertThat(branch.merge(other).kind()).as(toString()).isEqualTo(MergeResult.Kind.UP_TO_DATE);
        } else if (bases.isEmpty()) {
            assertThat(catchThrowableOfType(DivergedException.class, () -> branch.merge(other)))
                    .as(toString())
                    .isNotNull();
        } else if (bases.contains(ours) && !into.isDirty()) {
            MergeResult result = branch.merge(other);
            assertThat(result.kind()).as(toString()).isEqualTo(MergeResult.Kind.FAST_FORWARD);
            assertThat(result.saved().isPresent()).as(this + ": saved").isEqualTo(from.isDirty());
            result.saved().ifPresent(saved -> model.snapshot(from, saved.name()));
            into.becomes(Optional.ofNullable(from.head()).orElseThrow());
            taken.merge("fastForward", 1, Integer::sum);
        } else {
            threeWay(into, branch, from, other, bases);
        }
        model.collect();
        return true;
    }

    private void threeWay(Line into, Branch branch, Line from, Branch other, List<Image> bases) {
        Set<String> conflicts = new HashSet<>();
        Map<String, String> merged = into.merged(bases, from, conflicts);
        boolean takeTheirs = random.nextBoolean();
        if (!conflicts.isEmpty() && !takeTheirs) {
            MergeConflictException e = catchThrowableOfType(MergeConflictException.class, () -> branch.merge(other));
            assertThat(e).as(toString()).isNotNull();
            assertThat(e.conflicts()).as(toString()).hasSameSizeAs(conflicts);
            taken.merge("conflict", 1, Integer::sum);
            return;
        }
        MergeResult result = branch.merge(other, options -> takeTheirs ? options.theirs() : options);
        assertThat(result.kind()).as(toString()).isEqualTo(MergeResult.Kind.MERGED);
        assertThat(result.saved().isPresent()).as(this + ": saved").isEqualTo(from.isDirty());
        result.saved().ifPresent(saved -> model.snapshot(from, saved.name()));
        if (into.isDirty()) {
            model.snapshot(into, result.before().name());
        }
        boolean running = into.running;
        into.start();
        into.running = running;
        if (!merged.equals(into.rows)) {
            into.writes++;
            into.rows = merged;
        }
        model.merge(
                into, result.snapshot().name(), Optional.ofNullable(from.head()).orElseThrow());
        taken.merge("threeWay", 1, Integer::sum);
    }

    private boolean rename() {
        Line line = any(model.lines);
        String name = prefix + "r" + steps;
        repo.branch(line.name).rename(name);
        line.name = name;
        return true;
    }

    private boolean startOrStop() {
        Line line = any(model.lines);
        Branch branch = repo.branch(line.name);
        if (line.running) {
            branch.stop();
            line.running = false;
        } else {
            branch.start();
            line.start();
        }
        return true;
    }

    private boolean cloneReset() {
        if (model.trials.isEmpty()) {
            return false;
        }
        Trial trial = any(model.trials);
        Clone clone = repo.clone(trial.name);
        if (trial.base.gone) {
            assertThat(catchThrowableOfType(NotFoundException.class, clone::reset))
                    .as(toString())
                    .hasMessageContaining("was deleted");
        } else {
            clone.reset();
            trial.rows = new TreeMap<>(trial.base.rows);
        }
        return true;
    }

    private boolean deleteClone() {
        if (model.trials.isEmpty()) {
            return false;
        }
        Trial trial = any(model.trials);
        repo.clone(trial.name).delete();
        model.trials.remove(trial);
        model.collect();
        return true;
    }

    private boolean deleteBranch() {
        if (model.lines.size() == 1) {
            return false;
        }
        Line line = any(model.lines);
        repo.branch(line.name).discard();
        model.delete(line);
        return true;
    }

    private boolean deleteSnapshot() {
        if (model.images.isEmpty()) {
            return false;
        }
        Image image = any(model.images);
        Snapshot snapshot = repo.snapshot(image.ref());
        if (model.isMergeBase(image)) {
            assertThatThrownBy(snapshot::delete)
                    .isInstanceOf(InUseException.class)
                    .hasMessageContaining("parted there");
            snapshot.discard();
        } else {
            snapshot.delete();
        }
        model.delete(image);
        return true;
    }

    /**
     * Starts everything, so that its rows can be read, and checks that all that must be there is, and nothing else is.
     */
    public void check() {
        startAll();
        assertThat(found(repo, prefix, data)).as(toString()).isEqualTo(expected());
    }

    /** Looks into each snapshot. */
    public void checkSnapshots() {
        for (Image image : List.copyOf(model.images)) {
            Clone look = repo.snapshot(image.ref()).clone(prefix + "look");
            look.start();
            assertThat(data.rows(look)).as(this + ": " + image.ref()).isEqualTo(image.rows);
            look.delete();
        }
    }

    private void startAll() {
        for (Line line : model.lines) {
            assertThat(repo.branch(line.name).isDirty())
                    .as(this + ": " + line.name)
                    .isEqualTo(line.isDirty());
            repo.branch(line.name).start();
            line.start();
        }
        for (Trial trial : model.trials) {
            repo.clone(trial.name).start();
            trial.running = true;
        }
    }

    /**
     * Everything of this walk that must be there.
     *
     * @return one line each
     */
    public List<String> expected() {
        return model.expected();
    }

    /**
     * Everything of a walk that is there; all its servers run.
     *
     * @param repo where it walked
     * @param prefix how its names begin; the empty one for all there is
     * @param data how rows are read
     * @return one line each
     */
    public static List<String> found(Repository repo, String prefix, Data data) {
        List<String> found = new ArrayList<>();
        Set<String> snapshots = new HashSet<>();
        for (Branch branch : repo.branches()) {
            if (branch.name().startsWith(prefix)) {
                List<String> log = branch.log().stream().map(SnapshotInfo::ref).toList();
                boolean running = branch.state() == ServerState.RUNNING;
                found.add(text(branch.name(), data.rows(branch), log, running, branch.isDirty()));
            }
        }
        for (Clone clone : repo.clones()) {
            if (clone.name().startsWith(prefix)) {
                List<String> base = clone.snapshot().stream().map(Snapshot::ref).toList();
                boolean running = clone.state() == ServerState.RUNNING;
                found.add(text(clone.name(), data.rows(clone), base, running, false));
            }
        }
        for (Snapshot snapshot : repo.snapshots()) {
            if (snapshot.ref().startsWith(prefix)) {
                assertThat(snapshots.add(snapshot.ref())).as(snapshot.ref()).isTrue();
                found.add("snapshot " + snapshot.ref());
            }
        }
        return found.stream().sorted().toList();
    }

    static String text(String name, Map<String, String> rows, List<String> log, boolean running, boolean dirty) {
        return name + " holds " + new TreeMap<>(rows) + " after " + log + (running ? " running" : "")
                + (dirty ? " dirty" : "");
    }

    @Override
    public String toString() {
        return "step " + steps + " of walk " + prefix + " (the last ones were " + last + ")";
    }
}
