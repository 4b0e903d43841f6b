package dev.zvpg.error;

import dev.zvpg.merge.Conflict;
import dev.zvpg.merge.MergeReport;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Two branches have changed the same, each in its way, and nobody has said which is to be. Nothing has changed: merge
 * again with {@link dev.zvpg.merge.MergeOptions} that resolve it, or change one of the branches.
 *
 * <p>Immutable.
 */
public final class MergeConflictException extends ZvpgException {

    private static final long serialVersionUID = 1L;

    private static final int NAMED = 5;

    private final transient MergeReport report;

    /**
     * Creates the exception.
     *
     * @param into the branch that was to be merged into
     * @param from the branch that was to be merged
     * @param report what the merge would have done, with at least one conflict
     */
    public MergeConflictException(String into, String from, MergeReport report) {
        super(
                "cannot merge " + from + " into " + into + ": " + report.conflictCount()
                        + (report.conflictCount() == 1 ? " conflict" : " conflicts") + " in " + tables(report),
                advice(report),
                null);
        this.report = report;
    }

    private static String tables(MergeReport report) {
        Set<String> tables =
                report.conflicts().stream().map(Conflict::table).collect(Collectors.toCollection(LinkedHashSet::new));
        return tables.stream().limit(NAMED).collect(Collectors.joining(", "))
                + (tables.size() > NAMED ? " and " + (tables.size() - NAMED) + " more" : "");
    }

    private static String advice(MergeReport report) {
        Set<String> patterns = report.conflicts().stream()
                .flatMap(conflict -> conflict instanceof Conflict.CellConflict cell
                        ? Stream.of(cell.table() + "." + cell.column())
                        : conflict instanceof Conflict.RowConflict ? Stream.of(conflict.table()) : Stream.empty())
                .limit(NAMED)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        String others = "change one of the branches";
        return patterns.isEmpty()
                ? others + " so that both can be"
                : "resolve " + String.join(", ", patterns) + " with options of the merge, take ours or theirs, "
                        + (report.conflicts().stream().anyMatch(MergeConflictException::isPerhapsNew)
                                ? "call renumber() where both have inserted a row by the same key, "
                                : "")
                        + "or " + others;
    }

    /** Whether neither branch may have found the row. */
    private static boolean isPerhapsNew(Conflict conflict) {
        return conflict instanceof Conflict.CellConflict cell && cell.base() == null;
    }

    /**
     * Returns what the merge would have done.
     *
     * @return the conflicts, and what would have become of rows
     */
    public MergeReport report() {
        return report;
    }

    /**
     * Returns what nobody has resolved.
     *
     * @return at most {@value MergeReport#MOST_CONFLICTS}
     */
    public List<Conflict> conflicts() {
        return report.conflicts();
    }
}
