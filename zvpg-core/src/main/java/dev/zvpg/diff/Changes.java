package dev.zvpg.diff;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where two trees of files may differ: everywhere else they hold the same bytes, in files of the same names.
 *
 * <p>Immutable.
 *
 * @param files the parts of each file, by its path below the top; a file that is not there has no parts, and one that
 *     only one tree has is one part from its beginning to its end
 */
public record Changes(Map<Path, List<Part>> files) {

    /** Trees that are the same. */
    public static final Changes NONE = new Changes(Map.of());

    /**
     * A part of a file.
     *
     * <p>Immutable.
     *
     * @param offset where it begins, in bytes from the file's beginning
     * @param length how many bytes it has; 0 only for a file that is empty
     */
    public record Part(long offset, long length) {

        /** Checks the bounds. */
        public Part {
            if (offset < 0 || length < 0 || offset + length < 0) {
                throw new IllegalArgumentException("a part of a file begins at " + offset + " and has " + length);
            }
        }

        /**
         * Returns where it ends.
         *
         * @return the first byte behind it
         */
        public long end() {
            return offset + length;
        }
    }

    /** Sorts the parts of each file, and makes one of those that touch. */
    public Changes {
        Map<Path, List<Part>> sorted = new TreeMap<>();
        files.forEach((path, parts) -> {
            if (!parts.isEmpty()) {
                sorted.put(path, merged(parts));
            }
        });
        files = Map.copyOf(sorted);
    }

    private static List<Part> merged(List<Part> parts) {
        List<Part> merged = new ArrayList<>();
        for (Part part :
                parts.stream().sorted(Comparator.comparingLong(Part::offset)).toList()) {
            Part last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            if (last != null && part.offset() <= last.end()) {
                long end = Math.max(last.end(), part.end());
                merged.set(merged.size() - 1, new Part(last.offset(), end - last.offset()));
            } else {
                merged.add(part);
            }
        }
        return List.copyOf(merged);
    }

    /**
     * Adds what else may differ.
     *
     * @param other other parts, perhaps of the same files
     * @return the parts of both
     */
    public Changes and(Changes other) {
        Map<Path, List<Part>> both = new TreeMap<>(files);
        other.files.forEach((path, parts) -> both.merge(path, parts, (mine, theirs) -> {
            List<Part> all = new ArrayList<>(mine);
            all.addAll(theirs);
            return all;
        }));
        return new Changes(both);
    }

    /**
     * Looks whether each part of others is within a part of these.
     *
     * @param other what may be less
     * @return true also when both are the same
     */
    public boolean covers(Changes other) {
        return other.files.entrySet().stream().allMatch(file -> {
            List<Part> mine = files.getOrDefault(file.getKey(), List.of());
            return file.getValue().stream()
                    .allMatch(part -> mine.stream()
                            .anyMatch(whole -> whole.offset() <= part.offset() && part.end() <= whole.end()));
        });
    }

    /**
     * Narrows them to what lies below a directory.
     *
     * @param top its path
     * @return the parts of files there, by their paths below it
     */
    public Changes below(Path top) {
        Map<Path, List<Part>> below = new TreeMap<>();
        files.forEach((path, parts) -> {
            if (path.startsWith(top)) {
                below.put(top.relativize(path), parts);
            }
        });
        return new Changes(below);
    }

    /**
     * Adds up the parts.
     *
     * @return a number of bytes
     */
    public long bytes() {
        return files.values().stream()
                .flatMap(List::stream)
                .mapToLong(Part::length)
                .sum();
    }
}
