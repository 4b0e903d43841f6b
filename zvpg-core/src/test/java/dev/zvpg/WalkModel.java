package dev.zvpg;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a repository must hold, as plain objects: branches, clones and snapshots with their rows. It knows nothing of
 * volumes, attributes and locks. Confined to one thread.
 */
final class WalkModel {

    final List<Line> lines = new ArrayList<>();
    final List<Trial> trials = new ArrayList<>();
    final List<Image> images = new ArrayList<>(); // in the order they were taken

    /** A snapshot. */
    static final class Image {
        final Line line;
        final String name;
        final Map<String, String> rows;
        final int writes;
        final boolean exact;

        List<Image> parents; // a merge has two

        boolean gone;

        Image(Line line, String name) {
            this.line = line;
            this.name = name;
            this.rows = Map.copyOf(line.rows);
            this.writes = line.writes;
            this.exact = !line.running && line.exact;
            this.parents = Stream.ofNullable(line.head()).toList();
        }

        String ref() {
            return line.name + "@" + name;
        }

        List<Image> history() {
            Set<Image> history = new LinkedHashSet<>();
            Deque<Image> next = new ArrayDeque<>(List.of(this));
            while (!next.isEmpty()) {
                Image image = next.removeFirst();
                if (!image.gone && history.add(image)) {
                    next.addAll(image.parents);
                }
            }
            return List.copyOf(history);
        }

        /** Those that nothing else that both follow follows. */
        List<Image> bases(Image other) {
            Set<Image> bases = new LinkedHashSet<>(history());
            bases.retainAll(other.history());
            for (Image base : List.copyOf(bases)) {
                base.history().stream().filter(image -> image != base).forEach(bases::remove);
            }
            return List.copyOf(bases);
        }
    }

    /** A branch. */
    static final class Line {
        String name;
        Map<String, String> rows = new TreeMap<>();
        int writes; // since the beginning of time, through all its ancestors

        @Nullable
        Image base;

        List<Image> since = new ArrayList<>(); // the snapshots taken since it was made, reset or merged

        @Nullable
        Image untouched; // what it is still the image of

        boolean exact = true; // whether it tells how far it is when it does not run
        boolean running;
        boolean gone;

        Line(String name) {
            this.name = name;
        }

        @Nullable
        Image head() {
            Image head = base;
            for (Image image : since) {
                head = image.gone ? head : image;
            }
            return head;
        }

        List<Image> history() {
            Image head = head();
            return head == null ? List.of() : head.history();
        }

        boolean isDirty() {
            Image head = head();
            if (head == null) {
                return true;
            }
            return (running || exact)
                    ? writes != head.writes
                    : untouched == null || (untouched != head && !since.contains(head));
        }

        void start() {
            running = true;
            exact = true;
            untouched = null;
        }

        /** What a merge makes of the rows, in which theirs is taken where there are conflicts. */
        Map<String, String> merged(List<Image> bases, Line other, Set<String> conflicts) {
            Map<String, String> merged = new TreeMap<>(rows);
            for (String key : other.rows.keySet()) { // no walk deletes a row
                String our = rows.get(key);
                String their = Objects.requireNonNull(other.rows.get(key));
                Set<String> results = new HashSet<>();
                for (Image base : bases) {
                    String before = base.rows.get(key);
                    if (their.equals(before) || their.equals(our)) {
                        results.add(String.valueOf(our));
                    } else {
                        results.add(their);
                        if (!Objects.equals(our, before)) {
                            conflicts.add(key);
                        }
                    }
                }
                if (results.size() > 1) {
                    conflicts.add(key);
                }
                if (results.contains(their)) {
                    merged.put(key, their);
                }
            }
            return merged;
        }

        void becomes(Image image) {
            rows = new TreeMap<>(image.rows);
            writes = image.writes;
            base = image;
            since = new ArrayList<>();
            exact = image.exact;
            untouched = image;
            if (running) {
                start();
            }
        }
    }

    /** A clone. */
    static final class Trial {
        final String name;
        final Image base;
        Map<String, String> rows;
        boolean running;

        Trial(String name, Image base) {
            this.name = name;
            this.base = base;
            this.rows = new TreeMap<>(base.rows);
        }
    }

    Image snapshot(Line line, String name) {
        Image image = new Image(line, name);
        line.since.add(image);
        images.add(image);
        return image;
    }

    /** A snapshot that follows another branch's head as well. */
    void merge(Line line, String name, Image other) {
        Image image = snapshot(line, name);
        image.parents = Stream.concat(image.parents.stream(), Stream.of(other)).toList();
    }

    Line branch(String name, Image from) {
        Line line = new Line(name);
        line.becomes(from);
        lines.add(line);
        return line;
    }

    /** Whether a merge of some two branches begins from it. */
    boolean isMergeBase(Image image) {
        List<Image> heads =
                lines.stream().flatMap(line -> Stream.ofNullable(line.head())).toList();
        for (int i = 0; i < heads.size(); i++) {
            for (Image other : heads.subList(i + 1, heads.size())) {
                if (heads.get(i).bases(other).contains(image)) {
                    return true;
                }
            }
        }
        return false;
    }

    void delete(Image gone) {
        gone.gone = true;
        images.remove(gone);
        List<Image> parents =
                gone.parents.stream().filter(parent -> !parent.gone).toList();
        for (Image image : images) {
            if (image.parents.contains(gone)) {
                image.parents = image.parents.stream()
                        .flatMap(parent -> parent == gone ? parents.stream() : Stream.of(parent))
                        .filter(parent -> !parent.gone)
                        .distinct()
                        .toList();
            }
        }
        for (Line line : lines) {
            line.base = line.base == gone ? parents.stream().findFirst().orElse(null) : line.base;
        }
        collect();
    }

    void delete(Line line) {
        line.gone = true;
        lines.remove(line);
        collect();
    }

    /** A deleted branch's snapshots live on in what grew from them, and nowhere else. */
    void collect() {
        Set<Image> reachable = reachable(null, null);
        images.forEach(image -> image.gone |= !reachable.contains(image));
        images.removeIf(image -> image.gone);
    }

    /** Whether a branch's head can still be reached when the branch follows another snapshot. */
    boolean staysReachable(Line moved, Image to) {
        Image head = moved.head();
        return head == null || reachable(moved, to).contains(head);
    }

    private Set<Image> reachable(@Nullable Line moved, @Nullable Image to) {
        Deque<Image> next = new ArrayDeque<>();
        images.stream().filter(image -> !image.line.gone).forEach(next::add);
        for (Line line : lines) {
            Image base = line == moved ? to : line.base;
            if (base != null) {
                next.add(base);
            }
        }
        trials.stream().map(trial -> trial.base).filter(base -> !base.gone).forEach(next::add);
        Set<Image> reachable = new HashSet<>();
        while (!next.isEmpty()) {
            Image image = next.removeFirst();
            if (reachable.add(image)) {
                image.parents.stream().limit(1).forEach(next::add);
            }
        }
        return reachable;
    }

    /** Everything that must be there and is not somebody else's, one line each. */
    List<String> expected() {
        List<String> expected = new ArrayList<>();
        for (Line line : lines) {
            expected.add(RepositoryWalk.text(
                    line.name,
                    line.rows,
                    line.history().stream().map(Image::ref).toList(),
                    line.running,
                    line.isDirty()));
        }
        for (Trial trial : trials) {
            expected.add(RepositoryWalk.text(
                    trial.name,
                    trial.rows,
                    trial.base.gone ? List.of() : List.of(trial.base.ref()),
                    trial.running,
                    false));
        }
        images.forEach(image -> expected.add("snapshot " + image.ref()));
        return expected.stream().sorted().toList();
    }
}
