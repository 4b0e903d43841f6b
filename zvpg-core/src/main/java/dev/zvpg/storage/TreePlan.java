package dev.zvpg.storage;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a tree holds, seen before it is copied. Links are never followed.
 *
 * <p>Confined to the thread that made it.
 */
final class TreePlan {

    /** How often a live directory is listed when no two listings agree. */
    private static final int LISTINGS = 8;

    /** The directories, each before what is in it; the first one is the root. */
    final List<Node> directories = new ArrayList<>();

    /** The files; of several hard links to one file only the first. */
    final List<Node> files = new ArrayList<>();

    /** Further hard links to files that are in {@link #files}. */
    final List<Node> hardLinks = new ArrayList<>();

    final List<Node> symbolicLinks = new ArrayList<>();

    final List<Node> specials = new ArrayList<>();

    private final Set<Node.Identity> linked = new HashSet<>();
    private final boolean onlyMissing;
    private boolean lacksDirectory;

    private TreePlan(boolean onlyMissing) {
        this.onlyMissing = onlyMissing;
    }

    /** Everything in the tree. */
    static TreePlan of(Path source, Path target) throws IOException {
        return of(source, target, false);
    }

    /** Everything in a live tree that its copy lacks, and all directories. */
    static TreePlan ofMissing(Path source, Path target) throws IOException {
        return of(source, target, true);
    }

    private static TreePlan of(Path source, Path target, boolean onlyMissing) throws IOException {
        TreePlan plan = new TreePlan(onlyMissing);
        Node root = Node.read(source, target);
        plan.directories.add(root);
        plan.read(root);
        return plan;
    }

    /** Whether the copy is complete. */
    boolean isEmpty() {
        return files.isEmpty() && hardLinks.isEmpty() && symbolicLinks.isEmpty() && !lacksDirectory;
    }

    long bytes() {
        return files.stream().mapToLong(Node::size).sum();
    }

    private void read(Node directory) throws IOException {
        Collection<Path> entries;
        try {
            entries = onlyMissing ? listRepeatedly(directory.source()) : list(directory.source());
        } catch (NoSuchFileException | NotDirectoryException e) {
            if (directories.size() == 1) {
                throw e;
            }
            return;
        }
        for (Path entry : entries) {
            Node node;
            try {
                node = Node.read(entry, directory.target().resolve(String.valueOf(entry.getFileName())));
            } catch (NoSuchFileException vanished) {
                continue; // the tree is alive; whoever relies on it notices what is missing
            }
            add(node);
        }
    }

    private static Set<Path> list(Path directory) throws IOException {
        Set<Path> found = new LinkedHashSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(found::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return found;
    }

    /**
     * Everything that some listing shows, until two in a row agree. On btrfs and tmpfs a file that is renamed over gets a place
     * behind the end that a listing has set itself when it began: it exists all the time, and that listing misses it.
     */
    private static Set<Path> listRepeatedly(Path directory) throws IOException {
        Set<Path> last = list(directory);
        Set<Path> all = new LinkedHashSet<>(last);
        for (int listings = 1; listings < LISTINGS; listings++) {
            Set<Path> next = list(directory);
            all.addAll(next);
            if (next.equals(last)) {
                break;
            }
            last = next;
        }
        return all;
    }

    private void add(Node node) throws IOException {
        switch (node.kind()) {
            case DIRECTORY -> {
                if (addDirectory(node)) {
                    read(node);
                }
            }
            case SPECIAL -> specials.add(node);
            case LINK -> addUnlessThere(symbolicLinks, node);
            case FILE -> {
                boolean first = node.links() == 1 || linked.add(node.identity());
                addUnlessThere(first ? files : hardLinks, node);
            }
        }
    }

    private boolean addDirectory(Node node) {
        if (onlyMissing && !Files.isDirectory(node.target(), LinkOption.NOFOLLOW_LINKS)) {
            if (Files.exists(node.target(), LinkOption.NOFOLLOW_LINKS)) {
                return false; // it was something else when it was copied, and that stays
            }
            lacksDirectory = true;
        }
        directories.add(node);
        return true;
    }

    private void addUnlessThere(List<Node> list, Node node) {
        if (!onlyMissing || !Files.exists(node.target(), LinkOption.NOFOLLOW_LINKS)) {
            list.add(node);
        }
    }
}
