package dev.zvpg.examples.cli.text;

import dev.zvpg.merge.Conflict;
import dev.zvpg.merge.MergeReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Lists what both sides of a merge have changed, and not alike. Thread-safe. */
public final class ConflictText {

    private static final int OF_EACH = 5;

    private ConflictText() {}

    /** Returns a few conflicts of each column or table, and how many more there are. */
    public static List<String> lines(MergeReport report) {
        boolean isOne =
                report.conflicts().stream().map(Conflict::database).distinct().count() == 1;
        Map<String, List<Conflict>> byPlace = report.conflicts().stream()
                .collect(Collectors.groupingBy(
                        conflict -> place(conflict) + (isOne ? "" : " in " + conflict.database()),
                        LinkedHashMap::new,
                        Collectors.toList()));
        List<String> lines = new ArrayList<>();
        byPlace.forEach((place, conflicts) -> {
            conflicts.stream()
                    .limit(OF_EACH)
                    .map(conflict -> "CONFLICT " + place + "  " + words(conflict))
                    .forEach(lines::add);
            if (conflicts.size() > OF_EACH) {
                lines.add("… " + (conflicts.size() - OF_EACH) + " more in " + place);
            }
        });
        long untold = report.conflictCount() - report.conflicts().size();
        if (untold > 0) {
            lines.add("… and " + untold + " more");
        }
        return lines;
    }

    private static String place(Conflict conflict) {
        return conflict instanceof Conflict.CellConflict cell ? cell.table() + "." + cell.column() : conflict.table();
    }

    private static String words(Conflict conflict) {
        if (conflict instanceof Conflict.CellConflict cell) {
            return Values.text(cell.key()) + "  base " + Values.text(cell.base()) + "  ours " + Values.text(cell.ours())
                    + "  theirs " + Values.text(cell.theirs());
        }
        if (conflict instanceof Conflict.RowConflict row) {
            return Values.text(row.key()) + "  ours " + change(row.base(), row.ours()) + "  theirs "
                    + change(row.base(), row.theirs());
        }
        if (conflict instanceof Conflict.ConstraintConflict constraint) {
            return constraint.constraint() + ": " + constraint.rows();
        }
        return ((Conflict.SchemaConflict) conflict).reason();
    }

    private static String change(Map<String, @Nullable String> base, Map<String, @Nullable String> now) {
        if (now.isEmpty()) {
            return "deleted it";
        }
        return now.keySet().stream()
                .filter(column -> !Objects.equals(base.get(column), now.get(column)))
                .map(column -> column + " " + Values.text(base.get(column)) + " → " + Values.text(now.get(column)))
                .collect(Collectors.joining(" "));
    }
}
