package dev.zvpg.postgres.merge;

import dev.zvpg.diff.SchemaChange;
import dev.zvpg.merge.Conflict.SchemaConflict;
import dev.zvpg.postgres.ddl.Rules;
import dev.zvpg.server.ServerContent.Comparison;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the other branch has defined otherwise. Rows may need it, so it is a conflict where it cannot be merged, but for what
 * says nothing about rows.
 *
 * @param conflicts what is in the way
 * @param notMerged what is left as it is
 */
record Redefinitions(List<SchemaConflict> conflicts, List<String> notMerged) {

    static Redefinitions of(List<Comparison> comparisons) {
        List<SchemaConflict> conflicts = new ArrayList<>();
        List<String> notMerged = new ArrayList<>();
        Set<SchemaChange> changes = new LinkedHashSet<>();
        comparisons.forEach(comparison -> changes.addAll(comparison.schema()));
        for (SchemaChange change : changes) {
            if (Rules.isOfNoRow(change)) {
                notMerged.add(change.kind() + " " + change.object() + ": " + words(change));
            } else {
                conflicts.add(
                        new SchemaConflict(change.database(), change.object(), change.kind() + " " + words(change)));
            }
        }
        return new Redefinitions(conflicts, notMerged);
    }

    private static String words(SchemaChange change) {
        String where = " in the branch that is merged";
        if (change instanceof SchemaChange.Added) {
            return "is new" + where;
        }
        if (change instanceof SchemaChange.Dropped) {
            return "is gone" + where;
        }
        if (change instanceof SchemaChange.Renamed renamed) {
            return "was " + renamed.before() + ", and has another name" + where;
        }
        String aspects = ((SchemaChange.Changed) change)
                .aspects().stream().map(SchemaChange.Aspect::name).collect(Collectors.joining(", "));
        return "has another " + aspects + where;
    }
}
