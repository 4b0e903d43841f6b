package dev.zvpg.postgres.merge;

import dev.zvpg.merge.Conflict;
import dev.zvpg.merge.Conflict.CellConflict;
import dev.zvpg.merge.Conflict.RowConflict;
import dev.zvpg.merge.Resolution;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of one row that the other branch has changed. A row is the list of its values in the columns that
 * all states have; null where there is no row. Where the two branches parted in several states, the row has to come out
 * the same from each of them. Immutable.
 *
 * @param database what conflicts are in
 * @param table likewise
 * @param columns the names of the values
 * @param resolver answers to conflicts
 * @param told is told the conflicts that remain
 */
record RowMerge(
        String database, String table, List<String> columns, Function<Conflict, Resolution> resolver, Told told) {

    /** Takes conflicts that nobody has resolved. */
    interface Told {
        void conflict(Conflict conflict);
    }

    /** A value or a row that the states have led to, or that they have not. */
    private record Outcome<T>(@Nullable T value, boolean isClear) {}

    /**
     * Merges a row.
     *
     * @return what the row is to be, and null for none; {@code ours} also where a conflict remains
     */
    @Nullable
    List<@Nullable String> merge(
            Map<String, String> key,
            List<? extends @Nullable List<@Nullable String>> bases,
            @Nullable List<@Nullable String> ours,
            @Nullable List<@Nullable String> theirs) {
        if (ours == null || theirs == null) {
            return whole(key, bases, ours, theirs);
        }
        List<@Nullable String> merged = new ArrayList<>(ours);
        for (int i = 0; i < merged.size(); i++) {
            int column = i;
            String mine = ours.get(i);
            String other = theirs.get(i);
            Outcome<String> outcome = all(bases.stream()
                    .map(base -> cell(base == null ? null : base.get(column), base != null, mine, other))
                    .toList());
            merged.set(i, outcome.isClear() ? outcome.value() : resolved(key, bases, i, mine, other));
        }
        return merged;
    }

    private static Outcome<String> cell(
            @Nullable String base, boolean isThere, @Nullable String ours, @Nullable String theirs) {
        if (Objects.equals(ours, theirs) || (isThere && Objects.equals(base, theirs))) {
            return new Outcome<>(ours, true);
        }
        return new Outcome<>(theirs, isThere && Objects.equals(base, ours));
    }

    private @Nullable List<@Nullable String> whole(
            Map<String, String> key,
            List<? extends @Nullable List<@Nullable String>> bases,
            @Nullable List<@Nullable String> ours,
            @Nullable List<@Nullable String> theirs) {
        Outcome<List<@Nullable String>> outcome = all(bases.stream()
                .map(base -> Objects.equals(ours, theirs) || Objects.equals(base, theirs)
                        ? new Outcome<List<@Nullable String>>(ours, true)
                        : new Outcome<List<@Nullable String>>(theirs, Objects.equals(base, ours)))
                .toList());
        if (outcome.isClear()) {
            return outcome.value();
        }
        RowConflict conflict = new RowConflict(database, table, key, row(known(bases)), row(ours), row(theirs));
        Resolution resolution = resolver.apply(conflict);
        if (resolution instanceof Resolution.Value) {
            throw new IllegalArgumentException(
                    "a value is no answer to what becomes of a row that one branch has deleted, " + key + " of " + table
                            + "; take ours or theirs");
        }
        return taken(conflict, resolution, ours, theirs);
    }

    private @Nullable String resolved(
            Map<String, String> key,
            List<? extends @Nullable List<@Nullable String>> bases,
            int column,
            @Nullable String ours,
            @Nullable String theirs) {
        List<@Nullable String> base = known(bases);
        CellConflict conflict = new CellConflict(
                database, table, key, columns.get(column), base == null ? null : base.get(column), ours, theirs);
        Resolution resolution = resolver.apply(conflict);
        if (resolution instanceof Resolution.Value value) {
            return value.text();
        }
        return taken(conflict, resolution, ours, theirs);
    }

    /** What is chosen of both, and ours where nothing is, which is told. */
    private <T> @Nullable T taken(Conflict conflict, Resolution resolution, @Nullable T ours, @Nullable T theirs) {
        if (resolution.equals(Resolution.UNRESOLVED)) {
            told.conflict(conflict);
        }
        return resolution.equals(Resolution.THEIRS) ? theirs : ours;
    }

    /** The row in the first of the states that have it. */
    private static @Nullable List<@Nullable String> known(List<? extends @Nullable List<@Nullable String>> bases) {
        return bases.stream().filter(Objects::nonNull).findFirst().orElse(null);
    }

    private static <T> Outcome<T> all(List<Outcome<T>> outcomes) {
        Outcome<T> first = outcomes.get(0);
        return new Outcome<>(first.value(), outcomes.stream().allMatch(each -> each.isClear() && each.equals(first)));
    }

    /** A row by column; nothing where there is none. */
    Map<String, @Nullable String> row(@Nullable List<@Nullable String> values) {
        Map<String, @Nullable String> row = new LinkedHashMap<>();
        for (int i = 0; values != null && i < columns.size(); i++) {
            row.put(columns.get(i), values.get(i));
        }
        return row;
    }
}
