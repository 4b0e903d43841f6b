package dev.zvpg.directory;

import dev.zvpg.diff.Changes;
import dev.zvpg.diff.Changes.Part;
import dev.zvpg.internal.io.TreeComparison;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns what {@code btrfs send} tells of two trees into {@link Changes}: parts of files that kept their names, in whole
 * pages as a comparison finds them, and the whole of everything else that is named. Both trees are write-protected, so
 * what is looked up in them is what was sent.
 *
 * <p>Confined to one thread.
 */
final class SentChanges implements SentTree.Visitor {

    private static final long PAGE = TreeComparison.PAGE;

    private final Path image;
    private final Path volume;
    private final Map<Path, List<Part>> files = new HashMap<>();

    private SentChanges(Path image, Path volume) {
        this.image = image;
        this.volume = volume;
    }

    /**
     * Finds them.
     *
     * @param stream what was sent of the volume, with the image as its parent
     * @throws IOException when the stream is not understood, or tells too little
     */
    static Changes of(byte[] stream, Path image, Path volume) throws IOException {
        SentTree tree = new SentTree();
        SendStream.read(stream, tree);
        SentChanges changes = new SentChanges(image, volume);
        tree.visit(changes);
        return new Changes(changes.files);
    }

    @Override
    public void other(String path) throws IOException {
        whole(image, path(path));
        whole(volume, path(path));
    }

    /** All files of what has a name in one tree, if anything has. */
    private void whole(Path tree, Path name) throws IOException {
        Path start = tree.resolve(name);
        if (!Files.exists(start, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(start, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile()) {
                    add(tree.relativize(file), 0, attributes.size());
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public void touched(String path, boolean kept, List<SentTree.Range> written) throws IOException {
        Path file = path(path);
        Map<String, Object> now = facts(volume, file);
        if (!Boolean.TRUE.equals(now.get("isRegularFile"))) {
            return;
        }
        if (number(now, "nlink") > 1) {
            throw new IOException(file + " has several names, of which the stream tells one");
        }
        if (!kept) {
            return;
        }
        long before = number(facts(image, file), "size");
        long after = number(now, "size");
        long most = Math.max(before, after);
        if (before != after) {
            add(file, Math.min(before, after), most);
        }
        for (SentTree.Range range : written) {
            long begin = range.begin() / PAGE * PAGE;
            long end = range.end() < most ? Math.min(most, (range.end() + PAGE - 1) / PAGE * PAGE) : most;
            if (begin < end) {
                add(file, begin, end);
            }
        }
    }

    private void add(Path file, long begin, long end) {
        files.computeIfAbsent(file, any -> new ArrayList<>()).add(new Part(begin, end - begin));
    }

    private static Map<String, Object> facts(Path tree, Path file) throws IOException {
        try {
            return Files.readAttributes(tree.resolve(file), "unix:isRegularFile,size,nlink", LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            throw new IOException("the stream tells of " + file + ", which is not in " + tree, e);
        }
    }

    private static long number(Map<String, Object> facts, String name) {
        return ((Number) facts.getOrDefault(name, 0)).longValue();
    }

    /** Java makes the bytes of a name from characters, in an encoding that depends on the user's language. */
    private static Path path(String bytes) throws IOException {
        byte[] sent = bytes.getBytes(StandardCharsets.ISO_8859_1);
        Charset names = Charset.forName(System.getProperty("sun.jnu.encoding", "US-ASCII"));
        String text = new String(sent, names);
        if (!Arrays.equals(text.getBytes(names), sent)) {
            throw new IOException("a name of a file is not in " + names + ": " + text);
        }
        return Path.of(text);
    }
}
