package dev.zvpg.directory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link SendStream} makes of a tree of which it knows nothing beforehand: where everything that the stream names
 * was in the beginning, and where it is in the end. In between the stream moves things about freely: it makes a file as
 * {@code o123-45-0} before that gets its name, and something that is in the way gets such a name for a while.
 *
 * <p>Confined to one thread.
 */
final class SentTree implements SendStream.Receiver {

    private final Node top = new Node("");

    /** From one offset to another. */
    record Range(long begin, long end) {}

    /** Is told what has become of the tree. */
    interface Visitor {

        /**
         * A name may stand for something else than in the beginning, or for nothing now, and so may all names below it.
         * All above it is the directories that it was.
         */
        void other(String path) throws IOException;

        /**
         * Something was touched.
         *
         * @param kept whether it has been there from the beginning, which is so of nothing at or below another's name
         * @param written where it may have other bytes
         */
        void touched(String path, boolean kept, List<Range> written) throws IOException;
    }

    private static final class Node {

        /** Where it was in the beginning; null when it was not there. */
        private final @Nullable String origin;

        /** The names in it of which the stream has told, and nothing for those that are not there. */
        private final Map<String, Optional<Node>> names = new TreeMap<>();

        private final List<Range> written = new ArrayList<>();
        private boolean touched;

        Node(@Nullable String origin) {
            this.origin = origin;
        }

        /** In a directory from the beginning there may be anything from the beginning. */
        Optional<Node> find(String name) {
            return names.computeIfAbsent(
                    name, any -> Optional.ofNullable(origin).map(directory -> new Node(join(directory, name))));
        }
    }

    /** A name, and what it is in. */
    private record Place(Node directory, String name) {

        Node existing() throws IOException {
            return directory
                    .find(name)
                    .orElseThrow(() -> new IOException("the stream names " + name + ", which is gone"));
        }

        void put(Optional<Node> node) {
            directory.names.put(name, node);
        }
    }

    private static String join(String directory, String name) {
        return directory.isEmpty() ? name : directory + "/" + name;
    }

    private Place place(String path) throws IOException {
        Place place = new Place(top, "");
        for (String name : path.split("/", -1)) {
            if (name.isEmpty()) {
                throw new IOException("the stream names '" + path + "'");
            }
            place = new Place(place.name.isEmpty() ? top : place.existing(), name);
        }
        return place;
    }

    @Override
    public void made(String path) throws IOException {
        place(path).put(Optional.of(new Node(null)));
    }

    @Override
    public void renamed(String from, String to) throws IOException {
        Place old = place(from);
        Node node = old.existing();
        old.put(Optional.empty()); // first: nothing is moved into itself
        place(to).put(Optional.of(node));
    }

    /** Of a file with several names, only one is told when it is written: who asks for changes looks for that. */
    @Override
    public void linked(String existing, String name) throws IOException {
        touched(existing);
        made(name);
    }

    @Override
    public void removed(String path) throws IOException {
        Place place = place(path);
        place.existing();
        place.put(Optional.empty());
    }

    @Override
    public void touched(String path) throws IOException {
        if (!path.isEmpty()) { // the top itself has nothing but attributes
            place(path).existing().touched = true;
        }
    }

    @Override
    public void written(String path, long begin, long end) throws IOException {
        Node node = place(path).existing();
        node.touched = true;
        node.written.add(new Range(begin, end));
    }

    /** Tells what has become of the tree when the stream has ended. */
    void visit(Visitor visitor) throws IOException {
        visit("", top, true, visitor);
    }

    private static void visit(String path, Node directory, boolean kept, Visitor visitor) throws IOException {
        for (Map.Entry<String, Optional<Node>> entry : directory.names.entrySet()) {
            String name = join(path, entry.getKey());
            Optional<Node> node = entry.getValue();
            boolean stays = kept && node.isPresent() && name.equals(node.get().origin);
            if (kept && !stays) {
                visitor.other(name);
            }
            if (node.isPresent()) {
                if (node.get().touched) {
                    visitor.touched(name, stays, node.get().written);
                }
                visit(name, node.get(), stays, visitor);
            }
        }
    }
}
