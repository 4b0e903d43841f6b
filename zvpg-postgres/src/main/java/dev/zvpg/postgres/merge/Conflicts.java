package dev.zvpg.postgres.merge;

import dev.zvpg.merge.Conflict;
import dev.zvpg.merge.MergeReport;
import java.util.ArrayList;
import java.util.List;

/** The conflicts that nobody has resolved, of which the first ones are kept. Confined to one thread. */
final class Conflicts implements RowMerge.Told {

    private final List<Conflict> first = new ArrayList<>();
    private long count;

    @Override
    public void conflict(Conflict conflict) {
        if (first.size() < MergeReport.MOST_CONFLICTS) {
            first.add(conflict);
        }
        count++;
    }

    boolean isEmpty() {
        return count == 0;
    }

    List<Conflict> first() {
        return List.copyOf(first);
    }

    long count() {
        return count;
    }
}
