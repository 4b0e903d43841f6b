package dev.zvpg.storage;

import dev.zvpg.diff.Changes;
import dev.zvpg.error.StorageException;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.io.TreeComparison;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Finds changes by reading everything. It is what each quicker way is held against, and what is left where there is
 * none.
 *
 * <p>Thread-safe.
 */
public final class PageComparison {

    private PageComparison() {}

    /**
     * Compares two trees.
     *
     * @param image the earlier one
     * @param volume the later one, which may be written to meanwhile
     * @return the parts of files that differ
     * @throws StorageException when one cannot be read
     */
    public static Changes of(Path image, Path volume) {
        return of(image, volume, file -> true);
    }

    /**
     * Compares two trees of which it is known that most files are the same.
     *
     * @param image the earlier one
     * @param volume the later one, which may be written to meanwhile
     * @param mayDiffer whether a file that both have, by its path below the top, may have other bytes
     * @return the parts of files that differ
     * @throws StorageException when one cannot be read
     */
    public static Changes of(Path image, Path volume, Predicate<Path> mayDiffer) {
        Map<Path, List<Changes.Part>> files = new TreeMap<>();
        try {
            TreeComparison.of(
                    image,
                    volume,
                    mayDiffer,
                    (file, offset, length) -> files.computeIfAbsent(file, path -> new ArrayList<>())
                            .add(new Changes.Part(offset, length)));
        } catch (IOException e) {
            throw IoFailure.of("compare", volume + " with " + image, volume, e);
        }
        return new Changes(files);
    }
}
