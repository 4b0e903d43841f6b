package dev.zvpg.postgres.diff;

import dev.zvpg.diff.Changes;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.server.ServerContent.CommonImage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells which pages of a table show other rows on one side than on the other, or may. The rows that a page shows follow
 * from its bytes and from which transactions have committed; so those pages are told of whose bytes are not the common
 * image's on one of the sides, and those that hold a {@linkplain LateCommits late commit}.
 *
 * <p>Confined to one thread.
 */
final class TouchedPages {

    /** A table's file, or a catalog's: without the forks, whose names go on with an underscore. */
    private static final Pattern HEAP_FILE = Pattern.compile("((?:base/\\d+|global)/\\d+)(?:\\.(\\d+))?");

    /** How many ranges a query names: more of them take longer to write down than to read what is between. */
    private static final int MOST_RANGES = 10_000;

    private final Map<String, Map<Integer, List<Pages>>> changed = new HashMap<>();
    private final LateCommits late;
    private final Path image;

    private TouchedPages(LateCommits late, Path image) {
        this.late = late;
        this.image = image;
    }

    static TouchedPages of(ClusterContent before, ClusterContent after, CommonImage common) throws IOException {
        ClusterContent content = (ClusterContent) common.content();
        LateCommits late = LateCommits.between(
                before.dataDirectory(), after.dataDirectory(), common.changes(), content.nextTransaction());
        TouchedPages touched = new TouchedPages(late, common.dataDirectory());
        common.changes().files().forEach(touched::add);
        return touched;
    }

    private void add(Path path, List<Changes.Part> parts) {
        Matcher name = HEAP_FILE.matcher(path.toString());
        if (name.matches()) {
            int file = name.group(2) == null ? 0 : Integer.parseInt(name.group(2));
            changed.computeIfAbsent(name.group(1), key -> new TreeMap<>())
                    .put(
                            file,
                            parts.stream()
                                    .map(part -> Pages.of(file, part.offset(), part.end()))
                                    .toList());
        }
    }

    /** The pages to read of what is in these files on both sides; empty where that cannot be told. */
    Optional<List<Pages>> in(String path) throws IOException {
        if (!HEAP_FILE.matcher(path).matches()) {
            return Optional.empty(); // in a tablespace, or in no file at all
        }
        Map<Integer, List<Pages>> files = changed.getOrDefault(path, Map.of());
        List<Pages> pages = new ArrayList<>();
        files.values().forEach(pages::addAll);
        if (!late.isEmpty()) {
            addThoseInDoubt(Path.of(path), files, pages);
        }
        return Optional.of(Pages.merged(pages, MOST_RANGES));
    }

    private void addThoseInDoubt(Path path, Map<Integer, List<Pages>> files, List<Pages> pages) throws IOException {
        try (OpenDirectory directory = OpenDirectory.open(image, path.subpath(0, path.getNameCount() - 1))) {
            Set<Path> names = Set.copyOf(directory.names());
            Path name = path.getFileName();
            for (int file = 0; names.contains(name); name = Path.of(path.getFileName() + "." + ++file)) {
                try (FileChannel heap = directory.openFile(name)) {
                    late.find(heap, file, Pages.merged(files.getOrDefault(file, List.of()), Integer.MAX_VALUE), pages);
                }
            }
        }
    }
}
