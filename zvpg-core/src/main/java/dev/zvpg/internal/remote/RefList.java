package dev.zvpg.internal.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zvpg.internal.catalog.RefName;
import dev.zvpg.internal.io.DisplayText;
import dev.zvpg.internal.tree.MalformedException;
import dev.zvpg.internal.wire.Frames;
import dev.zvpg.storage.SnapshotId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The branches of a repository and the snapshots that lead to them, as far as others may know. Immutable.
 *
 * @param heads the head of each branch, by its name
 * @param snapshots what there is to be had
 */
record RefList(SortedMap<String, SnapshotId> heads, Map<SnapshotId, Node> snapshots) {

    /**
     * A snapshot.
     *
     * @param parents what it follows, nearest first, as far as that may be sent with it
     * @param image whose image its own continues
     * @param needs the one snapshot that it can be had on top of, where there is no choice
     */
    record Node(List<SnapshotId> parents, Optional<SnapshotId> image, Optional<SnapshotId> needs) {}

    ObjectNode json() {
        ObjectNode message = Frames.message();
        ObjectNode refs = message.putObject("refs");
        heads.forEach((name, id) -> refs.put(name, id.value()));
        var array = message.putArray("snapshots");
        snapshots.forEach((id, node) -> {
            ObjectNode one = array.addObject().put("id", id.value());
            Fields.put(one, "parents", node.parents);
            node.image.ifPresent(image -> one.put("image", image.value()));
            node.needs.ifPresent(base -> one.put("needs", base.value()));
        });
        return message;
    }

    static RefList of(ObjectNode message) throws MalformedException {
        SortedMap<String, SnapshotId> heads = new TreeMap<>();
        for (Map.Entry<String, String> ref : Fields.texts(message, "refs").entrySet()) {
            heads.put(branch(ref.getKey()), Fields.id(ref.getValue()));
        }
        Map<SnapshotId, Node> snapshots = new LinkedHashMap<>();
        for (JsonNode one : message.path("snapshots")) {
            snapshots.put(
                    Fields.id(one, "id"),
                    new Node(Fields.ids(one, "parents"), Fields.findId(one, "image"), Fields.findId(one, "needs")));
        }
        return new RefList(heads, snapshots);
    }

    /** The name of a branch, as somebody else says it. */
    static String branch(String name) throws MalformedException {
        try {
            return RefName.branch(name);
        } catch (IllegalArgumentException e) {
            throw new MalformedException("'" + DisplayText.firstLine(name) + "' is no name of a branch");
        }
    }

    /**
     * What leads to a snapshot, each after all that it follows, and after what it needs.
     *
     * @param depth how many snapshots back at most, by the shortest way
     * @param wanted what is not wanted leads to nothing more
     */
    List<SnapshotId> history(SnapshotId head, int depth, Predicate<SnapshotId> wanted) {
        Set<SnapshotId> near = new LinkedHashSet<>();
        List<SnapshotId> level = List.of(head);
        for (int i = 0; i < depth && !level.isEmpty(); i++) {
            List<SnapshotId> next = new ArrayList<>();
            for (SnapshotId id : level) {
                if (snapshots.containsKey(id) && wanted.test(id) && near.add(id)) {
                    next.addAll(snapshots.get(id).parents);
                }
            }
            level = next;
        }
        return order(near, wanted);
    }

    /** Puts what something follows before it. A history is too deep for a method that calls itself. */
    private List<SnapshotId> order(Set<SnapshotId> near, Predicate<SnapshotId> wanted) {
        Set<SnapshotId> ordered = new LinkedHashSet<>();
        Set<SnapshotId> begun = new LinkedHashSet<>();
        for (SnapshotId start : near) {
            Deque<SnapshotId> stack = new ArrayDeque<>(List.of(start));
            while (!stack.isEmpty()) {
                SnapshotId id = stack.peek();
                Node node = snapshots.get(id);
                if (node == null || ordered.contains(id) || !begun.add(id)) {
                    stack.pop();
                    if (node != null) {
                        ordered.add(id);
                    }
                    continue;
                }
                node.parents.stream()
                        .filter(parent -> near.contains(parent) && !begun.contains(parent))
                        .forEach(stack::push);
                node.needs
                        .filter(base -> wanted.test(base) && !begun.contains(base))
                        .ifPresent(stack::push);
            }
        }
        return List.copyOf(ordered);
    }

    /** What leads to some snapshots, and what that may be sent on top of. */
    Set<SnapshotId> named(Collection<SnapshotId> heads) {
        Set<SnapshotId> named = new LinkedHashSet<>();
        heads.forEach(head -> named.addAll(history(head, Integer.MAX_VALUE, any -> true)));
        for (SnapshotId id : List.copyOf(named)) {
            Node node = snapshots.get(id);
            if (node != null) {
                node.image.ifPresent(named::add);
                node.needs.ifPresent(named::add);
            }
        }
        return named;
    }

    /**
     * Those of what both sides have that a snapshot builds on when it is sent.
     *
     * @param base what it is sent on top of
     */
    Set<SnapshotId> foundation(SnapshotId id, Optional<SnapshotId> base, Predicate<SnapshotId> common) {
        Set<SnapshotId> foundation = new LinkedHashSet<>();
        base.ifPresent(foundation::add);
        Node node = snapshots.get(id);
        if (node != null) {
            node.parents.stream().filter(common).forEach(foundation::add);
        }
        return foundation;
    }

    /** Finds what a snapshot is best sent on top of: the nearest of those whose image it continues, or that it follows. */
    Optional<SnapshotId> base(SnapshotId id, Predicate<SnapshotId> common) {
        Node node = snapshots.get(id);
        if (node != null && node.needs.isPresent()) {
            return node.needs;
        }
        Set<SnapshotId> seen = new LinkedHashSet<>(List.of(id));
        for (Node image = node; image != null && image.image.isPresent() && seen.add(image.image.get()); ) {
            if (common.test(image.image.get())) {
                return image.image;
            }
            image = snapshots.get(image.image.get());
        }
        return node == null ? Optional.empty() : nearest(node.parents, common);
    }

    /** Whether one of some snapshots follows another one, or is it. */
    boolean follows(Collection<SnapshotId> later, SnapshotId earlier) {
        return nearest(later, earlier::equals).isPresent();
    }

    /** Finds the nearest of those that some snapshots follow, or are, without a look at what lies behind it. */
    private Optional<SnapshotId> nearest(Collection<SnapshotId> starts, Predicate<SnapshotId> wanted) {
        Set<SnapshotId> seen = new HashSet<>();
        Deque<SnapshotId> next = new ArrayDeque<>(starts);
        while (!next.isEmpty()) {
            SnapshotId id = next.removeFirst();
            Node node = snapshots.get(id);
            if (node != null && seen.add(id)) {
                if (wanted.test(id)) {
                    return Optional.of(id);
                }
                next.addAll(node.parents);
            }
        }
        return Optional.empty();
    }
}
