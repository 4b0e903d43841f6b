package dev.zvpg.examples.cli.text;

import dev.zvpg.Branch;
import dev.zvpg.MergeResult;
import dev.zvpg.merge.MergeReport;
import dev.zvpg.merge.TableMerge;
import java.util.ArrayList;
import java.util.List;

/** Says what a merge has changed, or would change. Thread-safe. */
public final class MergeText {

    private MergeText() {}

    /** Returns what became of a branch. */
    public static List<String> lines(String from, Branch target, MergeResult result) {
        String saved = result.saved()
                .map(snapshot -> "; unsaved work of " + from + " is in " + snapshot.ref())
                .orElse("");
        String now = result.snapshot().ref();
        return switch (result.kind()) {
            case UP_TO_DATE -> List.of(target + " has all that " + from + " has" + saved);
            case FAST_FORWARD -> List.of(target + " is now at " + now + saved);
            case MERGED -> {
                List<String> lines = new ArrayList<>();
                lines.add("merged " + from + " into " + target + ": " + changes(result.report()) + " changed; it is at "
                        + now + saved);
                lines.addAll(lines(result.report()));
                lines.add("undo it with: zvpg branch reset " + target.name() + " "
                        + result.before().ref());
                yield lines;
            }
        };
    }

    /** Returns what would become of a branch. */
    public static List<String> rehearsed(String from, Branch target, MergeReport report) {
        List<String> lines = new ArrayList<>();
        lines.add("merging " + from + " would change " + changes(report) + " of " + target);
        lines.addAll(lines(report));
        return lines;
    }

    private static String changes(MergeReport report) {
        int definitions = report.schema().size();
        String rows = report.rows() == 0 ? "no row" : report.rows() == 1 ? "1 row" : report.rows() + " rows";
        return rows
                + (definitions == 0
                        ? ""
                        : definitions == 1 ? " and 1 definition" : " and " + definitions + " definitions");
    }

    private static List<String> lines(MergeReport report) {
        boolean isOne =
                report.tables().stream().map(TableMerge::database).distinct().count() == 1;
        Columns columns = new Columns("table", "inserted", "updated", "deleted", "renumbered", "database");
        for (TableMerge table : report.tables()) {
            columns.row(
                    table.name(),
                    "+" + table.inserted(),
                    "~" + table.updated(),
                    "-" + table.deleted(),
                    table.renumbered() == 0 ? "" : Long.toString(table.renumbered()),
                    isOne ? "" : table.database());
        }
        List<String> lines = new ArrayList<>(SchemaFacts.lines(report.schema()).toList());
        if (!columns.isEmpty()) {
            lines.add(columns.toString());
        }
        if (report.sequences() > 0) {
            lines.add("sequences moved forward: " + report.sequences());
        }
        report.notMerged().forEach(each -> lines.add("not merged: " + each));
        return lines;
    }
}
