package dev.zvpg.internal.tree;

import dev.zvpg.internal.io.FileFacts;
import dev.zvpg.internal.io.FileOwner;
import dev.zvpg.internal.io.OpenDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Tells whether the tree of a cluster can be used as it is, where nobody can give its files away or take anything out of
 * it: its top is as this program makes it, and holds the data directory and nothing else; all in that belongs to one user,
 * nobody else gets in or may write, and it holds nothing that {@code tree-1} would not carry. Used for one tree, by one
 * thread.
 */
public final class TreeOwner {

    private static final int OTHERS = 07;
    private static final int WRITABLE_FOR_OTHERS = 022;
    private static final int USABLE = 0600;
    private static final int ENTERABLE = 0700;

    private final FileOwner owner;
    private long entries;

    private TreeOwner(FileOwner owner) {
        this.owner = owner;
    }

    /**
     * Returns whose the data directory is, {@code UID:GID}; empty where the tree cannot be used as it is.
     *
     * @param tree its top
     * @param data the data directory in it
     */
    public static Optional<String> of(Path tree, Path data) throws IOException {
        try (OpenDirectory top = OpenDirectory.open(tree)) {
            FileOwner topOwner = FileOwner.of(top);
            Path name = Objects.requireNonNull(data.getFileName());
            boolean isOurs = topOwner.name().equals(FileOwner.ofThisProcess())
                    && (topOwner.mode() & ~TreeFormat.PERMISSIONS) == 0
                    && (topOwner.mode() & WRITABLE_FOR_OTHERS) == 0
                    && top.names().equals(List.of(name))
                    && top.facts(name).isDirectory();
            return isOurs ? of(top.directory(name)) : Optional.empty();
        }
    }

    private static Optional<String> of(OpenDirectory data) throws IOException {
        try (data) {
            TreeOwner walk = new TreeOwner(FileOwner.of(data));
            boolean isClosed = (walk.owner.mode() & OTHERS) == 0 && isPlain(walk.owner, ENTERABLE);
            return isClosed && walk.ownsAll(data, 0) ? Optional.of(walk.owner.name()) : Optional.empty();
        }
    }

    private static boolean isPlain(FileOwner file, int usable) {
        return (file.mode() & ~TreeFormat.PERMISSIONS) == 0
                && (file.mode() & WRITABLE_FOR_OTHERS) == 0
                && (file.mode() & usable) == usable;
    }

    private boolean ownsAll(OpenDirectory directory, int depth) throws IOException {
        for (Path name : directory.names()) {
            FileFacts facts = directory.facts(name);
            entries++;
            if (entries > TreeFormat.MAX_ENTRIES || !owns(directory, name, facts, depth)) {
                return false;
            }
            if (facts.isDirectory()) {
                if (depth == TreeFormat.MAX_DEPTH) {
                    return false;
                }
                try (OpenDirectory inner = directory.directory(name)) {
                    if (!ownsAll(inner, depth + 1)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private boolean owns(OpenDirectory directory, Path name, FileFacts facts, int depth) throws IOException {
        FileOwner file = FileOwner.of(directory, name, facts);
        return file.uid() == owner.uid()
                && file.gid() == owner.gid()
                && switch (facts.kind()) {
                    case DIRECTORY -> isPlain(file, ENTERABLE);
                    case FILE -> isPlain(file, USABLE);
                    case LINK -> staysInside(directory.target(name, facts), depth);
                    case SPECIAL -> false;
                };
    }

    private static boolean staysInside(Path target, int depth) {
        try {
            TreeFormat.target(target.toString(), depth);
            return true;
        } catch (MalformedException e) {
            return false;
        }
    }
}
