package dev.zvpg.postgres.ddl;

import dev.zvpg.diff.SchemaChange;
import dev.zvpg.diff.SchemaChange.Added;
import dev.zvpg.diff.SchemaChange.Aspect;
import dev.zvpg.diff.SchemaChange.Changed;
import dev.zvpg.diff.SchemaChange.Dropped;
import dev.zvpg.diff.SchemaChange.Renamed;
import dev.zvpg.merge.Conflict.SchemaConflict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** When two changes of definitions are a conflict, and which are not merged at all. */
public final class Rules {

    /** What is about who gets to know of changes, or about objects that do not exist yet. */
    private static final Set<String> OF_NO_ROW = Set.of(
            "publication",
            "publication relation",
            "publication namespace",
            "subscription",
            "subscription relation",
            "default acl");

    private Rules() {}

    /** Whether rows can be merged without it: of the cluster, or of those kinds. */
    public static boolean isOfNoRow(SchemaChange change) {
        return change.database().isEmpty() || OF_NO_ROW.contains(change.kind());
    }

    static List<SchemaChange> ofRows(List<SchemaChange> changes) {
        return changes.stream().filter(change -> !isOfNoRow(change)).toList();
    }

    /** What both have changed, and not to the same. */
    static List<SchemaConflict> conflicts(String database, List<SchemaChange> ours, List<SchemaChange> theirs) {
        List<SchemaConflict> conflicts = new ArrayList<>();
        for (SchemaChange mine : ours) {
            for (SchemaChange other : theirs) {
                if (mine.kind().equals(other.kind()) && mine.object().equals(other.object())) {
                    String reason = conflict(mine, other);
                    if (!reason.isEmpty()) {
                        conflicts.add(new SchemaConflict(database, mine.object(), mine.kind() + " " + reason));
                    }
                }
            }
        }
        return conflicts;
    }

    private static String conflict(SchemaChange ours, SchemaChange theirs) {
        if (ours instanceof Changed mine && theirs instanceof Changed other) {
            String both = mine.aspects().stream()
                    .filter(aspect -> other.aspects().stream()
                            .anyMatch(each ->
                                    each.name().equals(aspect.name()) && !Objects.equals(each.after(), aspect.after())))
                    .map(Aspect::name)
                    .collect(Collectors.joining(", "));
            return both.isEmpty() ? "" : "has another " + both + " in both branches, and not the same";
        }
        if (ours instanceof Dropped && theirs instanceof Changed) {
            return "is gone here, and has changed in the branch that is merged";
        }
        if (ours instanceof Changed && theirs instanceof Dropped) {
            return "is gone in the branch that is merged, and has changed here";
        }
        return "";
    }

    /** What is new in both, and not the same: not everything has a definition that could be compared. */
    static List<SchemaConflict> newInBoth(
            String database, List<SchemaChange> ours, List<SchemaChange> theirs, List<SchemaChange> between) {
        Set<List<String>> added = added(ours);
        added.retainAll(added(theirs));
        return between.stream()
                .filter(change -> added.contains(List.of(change.kind(), change.object())))
                .map(change -> new SchemaConflict(
                        database, change.object(), change.kind() + " is new in both branches, and not the same"))
                .toList();
    }

    private static Set<List<String>> added(List<SchemaChange> changes) {
        return changes.stream()
                .filter(Added.class::isInstance)
                .map(change -> List.of(change.kind(), change.object()))
                .collect(Collectors.toCollection(HashSet::new));
    }

    /**
     * What a merge has not done.
     *
     * @param toMerged what is different between theirs and what was merged: all of it has to be ours
     * @param ofMerged what is different between the base with theirs' changes and what was merged: all of ours has to be there
     */
    static List<SchemaConflict> leftOver(
            DatabasePatch patch, List<SchemaChange> toMerged, List<SchemaChange> ofMerged) {
        List<SchemaConflict> left = new ArrayList<>();
        Set<List<String>> ours = facts(patch.oursAligned());
        missing(facts(toMerged), ours)
                .forEach(fact -> left.add(new SchemaConflict(
                        patch.database(), fact.get(1), fact.get(0) + ": " + fact.get(2) + " was not carried over")));
        Set<List<String>> onlyOurs = new HashSet<>(ours);
        onlyOurs.removeAll(facts(patch.theirsAligned()));
        missing(onlyOurs, facts(ofMerged))
                .forEach(fact -> left.add(new SchemaConflict(
                        patch.database(),
                        fact.get(1),
                        fact.get(0) + ": " + fact.get(2) + " of this branch would be lost")));
        return left;
    }

    private static Set<List<String>> missing(Set<List<String>> facts, Set<List<String>> among) {
        Set<List<String>> missing = new HashSet<>(facts);
        missing.removeAll(among);
        return missing;
    }

    /** Each change as its kind, its object and what of it. */
    private static Set<List<String>> facts(List<SchemaChange> changes) {
        Set<List<String>> facts = new HashSet<>();
        for (SchemaChange change : changes) {
            if (change instanceof Changed changed) {
                changed.aspects()
                        .forEach(aspect -> facts.add(List.of(change.kind(), change.object(), "its " + aspect.name())));
            } else {
                String what = change instanceof Added
                        ? "that it is new"
                        : change instanceof Dropped
                                ? "that it is gone"
                                : "its name, which was " + ((Renamed) change).before();
                facts.add(List.of(change.kind(), change.object(), what));
            }
        }
        return facts;
    }
}
