package dev.zvpg.directory;

import dev.zvpg.internal.io.ChangedException;
import dev.zvpg.internal.io.FileFacts;
import dev.zvpg.internal.io.FileId;
import dev.zvpg.internal.io.FileOwner;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.storage.CopyProgress;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Copies a tree byte by byte. The source may be changed meanwhile by whoever owns it, so it is read through open
 * directories, one name at a time. The target is reached by nobody else: its top, or the directory that holds it, is
 * this process's alone until the copy is done. A directory at a time is in memory, whatever the size of the tree.
 *
 * <p>Used for one copy, by one thread.
 */
final class PlainCopy {

    /** How often a live tree is gone through again for what its copy lacks. */
    private static final int PASSES = 32;

    /** Each level costs open files, and no cluster is nearly as deep. */
    private static final int DEEPEST = 200;

    /** The same as {@link Label#DIRECTORY_MODE}. */
    private static final int NEW_DIRECTORY = 0700;

    private static final int ROOT = 0;
    private static final Set<StandardOpenOption> NEW_FILE =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    private final boolean alive;
    private final boolean onlyMissing;
    private final FileOwner made;
    private final CopyWorkers workers;

    /** Whether something was replaced while it was looked at, so that it is there, and may not be in the copy. */
    private volatile boolean replaced;

    /** The copies of files that have several names. */
    private final Map<FileId, Path> linked = new HashMap<>();

    private PlainCopy(boolean alive, boolean onlyMissing, FileOwner made, CopyWorkers workers) {
        this.alive = alive;
        this.onlyMissing = onlyMissing;
        this.made = made;
        this.workers = workers;
    }

    /** One file to copy. */
    private record Item(Path name, FileFacts facts, FileOwner owner) {

        Label label() {
            return new Label(owner, facts.modified());
        }
    }

    /**
     * Copies everything; the target's root exists, is empty and this process's alone. It gets the label of the original
     * at the very end.
     *
     * @param alive whether the source may change meanwhile
     */
    static void copy(Path source, Path target, boolean alive, CopyProgress progress) throws IOException {
        try (OpenDirectory from = OpenDirectory.open(source);
                OpenDirectory to = OpenDirectory.open(target)) {
            FileOwner made = FileOwner.of(to);
            long total = progress == CopyProgress.NONE ? 0 : size(from, 0);
            new PlainCopy(alive, false, made, new CopyWorkers(progress, total)).copyDirectory(from, target, true, 0);
            if (alive) {
                complete(source, target, made);
            } else {
                label(from).putOn(target, made);
            }
            progress.copied(total, total);
        }
    }

    /**
     * Copies what an earlier copy of a live tree has left out, until nothing is.
     *
     * @param made the owner of the target's root before that copy
     */
    static void complete(Path source, Path target, FileOwner made) throws IOException {
        try (OpenDirectory from = OpenDirectory.open(source)) {
            CopyWorkers workers = new CopyWorkers(CopyProgress.NONE, 0);
            boolean missing = true;
            for (int pass = 0; missing && pass < PASSES; pass++) {
                PlainCopy copy = new PlainCopy(true, true, made, workers);
                missing = copy.copyDirectory(from, target, false, 0) || copy.replaced;
            }
            label(from).putOn(target, made);
        }
    }

    private static long size(OpenDirectory directory, int depth) throws IOException {
        long size = 0;
        for (Path name : directory.names()) {
            try {
                FileFacts facts = directory.facts(name);
                if (facts.isFile()) {
                    size += facts.size();
                } else if (facts.isDirectory() && depth < DEEPEST) {
                    try (OpenDirectory inner = directory.directory(name)) {
                        size += size(inner, depth + 1);
                    }
                }
            } catch (NoSuchFileException | NotDirectoryException e) {
                // what is gone has no size
            }
        }
        return size;
    }

    private static Label label(OpenDirectory directory) throws IOException {
        return new Label(FileOwner.of(directory), directory.facts().modified());
    }

    /**
     * Copies what is in a directory.
     *
     * @param isNew whether its copy was made for it, empty
     * @return whether there was anything to copy
     */
    private boolean copyDirectory(OpenDirectory from, Path to, boolean isNew, int depth) throws IOException {
        if (depth > DEEPEST) {
            throw new FileSystemException(
                    from.path().toString(), null, "it lies more than " + DEEPEST + " directories deep");
        }
        Map<FileFacts.Kind, List<Item>> items = new EnumMap<>(FileFacts.Kind.class);
        for (Path name : onlyMissing ? LiveListing.names(from) : from.names()) {
            look(from, name, to)
                    .ifPresent(item -> items.computeIfAbsent(item.facts.kind(), kind -> new ArrayList<>())
                            .add(item));
        }
        List<Item> files = items.getOrDefault(FileFacts.Kind.FILE, List.of());
        List<Item> links = items.getOrDefault(FileFacts.Kind.LINK, List.of());
        boolean changed = isNew || !files.isEmpty() || !links.isEmpty();
        if (changed && !isNew) {
            openUp(to);
        }
        copyFiles(from, to, files);
        for (Item link : links) {
            copyLink(from, to.resolve(link.name), link);
        }
        for (Item directory : items.getOrDefault(FileFacts.Kind.DIRECTORY, List.of())) {
            changed |= copyInner(from, to, directory, depth);
        }
        return changed;
    }

    /** What there is to copy under a name, if anything. */
    private Optional<Item> look(OpenDirectory from, Path name, Path to) throws IOException {
        try {
            FileFacts facts = from.facts(name);
            boolean wanted = facts.isDirectory()
                    || (facts.kind() != FileFacts.Kind.SPECIAL && !(onlyMissing && isThere(to.resolve(name))));
            return wanted ? Optional.of(new Item(name, facts, FileOwner.of(from, name, facts))) : Optional.empty();
        } catch (NoSuchFileException | ChangedException vanished) {
            requireAlive(vanished);
            return Optional.empty(); // whoever relies on it notices what is missing
        }
    }

    /** What vanishes is nothing to report in a live tree; what was replaced, the next pass copies. */
    private void requireAlive(IOException vanished) throws IOException {
        if (!alive) {
            throw vanished;
        }
        if (vanished instanceof ChangedException) {
            replaced = true;
        }
    }

    private static boolean isThere(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** An earlier copy has given a directory the original's mode, which may forbid new entries. */
    private static void openUp(Path directory) throws IOException {
        Files.setAttribute(directory, "unix:mode", NEW_DIRECTORY, LinkOption.NOFOLLOW_LINKS);
    }

    /** Copies a directory with what is in it; whether there was anything to copy. */
    private boolean copyInner(OpenDirectory from, Path parent, Item item, int depth) throws IOException {
        Path to = parent.resolve(item.name);
        try (OpenDirectory inner = from.directory(item.name)) {
            inner.requirePartOf(from);
            boolean isNew = !isThere(to);
            if (isNew) {
                if (onlyMissing) {
                    openUp(parent);
                }
                Files.createDirectory(to, Label.DIRECTORY_MODE);
            } else if (!Files.isDirectory(to, LinkOption.NOFOLLOW_LINKS)) {
                return false; // it was something else when it was copied, and that stays
            }
            boolean changed = copyDirectory(inner, to, isNew, depth + 1);
            if (changed) { // its time changes with its entries: after them
                item.label().putOn(to, made);
            }
            return changed;
        } catch (NoSuchFileException | NotDirectoryException vanished) {
            if (alive && isThere(parent)) {
                return false;
            }
            throw vanished;
        }
    }

    private void copyFiles(OpenDirectory from, Path to, List<Item> files) throws IOException {
        List<Item> single =
                files.stream().filter(file -> file.owner.links() == 1).toList();
        workers.each(single, file -> copyFile(from, to.resolve(file.name), file));
        for (Item file : files) {
            if (file.owner.links() > 1) {
                copyHardLink(from, to.resolve(file.name), file);
            }
        }
    }

    private void copyFile(OpenDirectory from, Path to, Item file) throws IOException {
        FileChannel opened;
        try {
            opened = from.openFile(file.name);
        } catch (NoSuchFileException | ChangedException vanished) {
            requireAlive(vanished);
            return;
        }
        try (FileChannel source = opened;
                FileChannel target = FileChannel.open(to, NEW_FILE, Label.FILE_MODE)) {
            workers.transfer(source, target);
        }
        file.label().putOn(to, made);
    }

    private void copyHardLink(OpenDirectory from, Path to, Item file) throws IOException {
        requireOwn(from, file);
        Path copy = linked.get(file.facts.id());
        if (copy != null && isThere(copy)) {
            Files.createLink(to, copy);
        } else {
            copyFile(from, to, file);
            linked.put(file.facts.id(), to);
        }
    }

    /** Whoever owns a directory may have made another name there for a file that is not his to read. */
    private static void requireOwn(OpenDirectory from, Item file) throws IOException {
        int owner = FileOwner.of(from).uid();
        if (FileOwner.worksAsRoot() && owner != ROOT && file.owner.uid() != owner) {
            throw new FileSystemException(
                    from.path().resolve(file.name).toString(),
                    null,
                    "it has " + file.owner.links() + " names and belongs to user " + file.owner.uid()
                            + ", its directory to user " + owner + ", so it may be a file from elsewhere; remove it");
        }
    }

    private void copyLink(OpenDirectory from, Path to, Item link) throws IOException {
        try {
            Files.createSymbolicLink(to, from.target(link.name, link.facts));
        } catch (NoSuchFileException | NotLinkException | ChangedException vanished) {
            if (!isThere(to.resolveSibling(""))) {
                throw vanished;
            }
            requireAlive(vanished);
            return;
        }
        link.label().putOnLink(to, made);
    }
}
