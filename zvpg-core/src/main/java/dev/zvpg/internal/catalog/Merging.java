package dev.zvpg.internal.catalog;

import dev.zvpg.storage.SnapshotId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A merge into a branch that has perhaps been committed, and that no snapshot has yet. Immutable.
 *
 * @param theirs what is merged: the head of the other branch
 * @param transactions by which its server knows what became of it; more than one where a merge was taken up again
 */
public record Merging(SnapshotId theirs, List<String> transactions) {

    private static final String SEPARATOR = "\n";

    public Merging {
        transactions = List.copyOf(transactions);
    }

    /** Reads what {@link #text} wrote. */
    static Merging parse(String text) {
        List<String> lines = Arrays.asList(text.split(SEPARATOR, -1));
        return new Merging(new SnapshotId(lines.get(0)), lines.subList(1, lines.size()));
    }

    /** As it is written in an attribute. */
    public String text() {
        return Stream.concat(Stream.of(theirs.value()), transactions.stream()).collect(Collectors.joining(SEPARATOR));
    }

    /** The same merge, taken up again. */
    public Merging and(String more) {
        List<String> all = new ArrayList<>(transactions);
        all.add(more);
        return new Merging(theirs, all);
    }
}
