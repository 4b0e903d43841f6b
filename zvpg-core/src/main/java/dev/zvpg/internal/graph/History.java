package dev.zvpg.internal.graph;

import dev.zvpg.info.SnapshotInfo;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.storage.SnapshotId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The snapshots of a repository in the order in which they are drawn: each below all that grew from it. Immutable.
 *
 * @param nodes the snapshots, from top to bottom
 * @param loose the branches and clones that hold no snapshot that is still there
 */
public record History(List<Node> nodes, List<Label> loose) {

    /**
     * A snapshot.
     *
     * @param info its facts
     * @param parents where in the history the snapshots are that it follows: always further down
     * @param labels the branches whose head it is, then those of remotes, then its clones, each by name
     */
    record Node(SnapshotInfo info, List<Integer> parents, List<Label> labels) {}

    /** A branch, one of a remote, or a clone. */
    record Label(Kind kind, String name) {

        enum Kind {
            BRANCH,
            REMOTE_BRANCH,
            CLONE;

            String word() {
                return name().toLowerCase(Locale.ROOT).replace('_', ' ');
            }
        }

        @Override
        public String toString() {
            return kind == Kind.CLONE ? "clone " + name : name;
        }
    }

    public static History of(Catalog catalog) {
        List<SnapshotRecord> order = new Ordering(catalog).run();
        Map<SnapshotId, Integer> rows = new HashMap<>();
        for (SnapshotRecord image : order) {
            rows.put(image.id(), rows.size());
        }
        List<Label> loose = new ArrayList<>();
        Map<SnapshotId, List<Label>> labels = labels(catalog, loose);
        List<Node> nodes = new ArrayList<>();
        for (SnapshotRecord image : order) {
            int row = nodes.size();
            List<Integer> parents = image.parents().stream()
                    .flatMap(parent -> Optional.ofNullable(rows.get(parent)).stream()) // it may be gone
                    .filter(parent -> parent > row)
                    .distinct()
                    .toList();
            nodes.add(new Node(image.info(catalog), parents, labels.getOrDefault(image.id(), List.of())));
        }
        return new History(List.copyOf(nodes), List.copyOf(loose));
    }

    private static Map<SnapshotId, List<Label>> labels(Catalog catalog, List<Label> loose) {
        Map<SnapshotId, List<Label>> labels = new HashMap<>();
        label(catalog, CopyRecord.Kind.BRANCH, Label.Kind.BRANCH, labels, loose);
        catalog.tracked().forEach((name, image) -> add(labels, image.id(), new Label(Label.Kind.REMOTE_BRANCH, name)));
        label(catalog, CopyRecord.Kind.CLONE, Label.Kind.CLONE, labels, loose);
        return labels;
    }

    private static void label(
            Catalog catalog,
            CopyRecord.Kind copies,
            Label.Kind kind,
            Map<SnapshotId, List<Label>> labels,
            List<Label> loose) {
        for (CopyRecord copy : catalog.copies(copies)) {
            Label label = new Label(kind, copy.name());
            catalog.head(copy).ifPresentOrElse(head -> add(labels, head.id(), label), () -> loose.add(label));
        }
    }

    private static void add(Map<SnapshotId, List<Label>> labels, SnapshotId at, Label label) {
        labels.computeIfAbsent(at, id -> new ArrayList<>()).add(label);
    }

    /**
     * Sorts the snapshots: each comes after all that grew from it, first what went on in its own branch, then what
     * forked off. So a branch lies right above the snapshot that it forked from, and there are never more lines beside
     * one another than forks within forks. Confined to one thread.
     */
    private static final class Ordering {

        private final List<SnapshotRecord> images;
        private final Map<SnapshotId, List<SnapshotRecord>> children = new HashMap<>();
        private final Set<SnapshotId> begun = new HashSet<>();
        private final List<SnapshotRecord> order = new ArrayList<>();

        Ordering(Catalog catalog) {
            this.images = catalog.snapshots();
            for (SnapshotRecord image : images) {
                image.parents().stream()
                        .distinct()
                        .forEach(parent -> children.computeIfAbsent(parent, id -> new ArrayList<>())
                                .add(0, image));
            }
        }

        List<SnapshotRecord> run() {
            images.stream().filter(image -> image.parents().isEmpty()).forEach(this::draw);
            images.forEach(this::draw); // those whose parents are gone
            return order;
        }

        /** A snapshot of which some children are drawn. */
        private record Begun(SnapshotRecord image, Iterator<SnapshotRecord> children) {}

        /** Draws a snapshot and all above it. A history is too deep for a method that calls itself. */
        private void draw(SnapshotRecord root) {
            Deque<Begun> stack = new ArrayDeque<>();
            begin(root, stack);
            while (!stack.isEmpty()) {
                Begun top = stack.getLast();
                if (top.children().hasNext()) {
                    begin(top.children().next(), stack);
                } else {
                    order.add(top.image());
                    stack.removeLast();
                }
            }
        }

        private void begin(SnapshotRecord image, Deque<Begun> stack) {
            if (begun.add(image.id())) {
                Iterator<SnapshotRecord> next = children.getOrDefault(image.id(), List.of()).stream()
                        .sorted(Comparator.comparing(child -> !child.branchId().equals(image.branchId())))
                        .iterator();
                stack.addLast(new Begun(image, next));
            }
        }
    }
}
