package dev.zvpg.examples.cli;

import dev.zvpg.Branch;
import dev.zvpg.MergeResult;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.Zvpg;
import dev.zvpg.error.MergeConflictException;
import dev.zvpg.examples.cli.text.Columns;
import dev.zvpg.examples.cli.text.Json;
import dev.zvpg.merge.Conflict;
import dev.zvpg.merge.MergeOptions;
import dev.zvpg.merge.MergeReport;
import dev.zvpg.merge.Resolver;
import dev.zvpg.merge.TableMerge;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Merges branches. Confined to one thread. */
@Command(
        name = "merge",
        mixinStandardHelpOptions = true,
        description = "Gives a branch what another one has changed since they parted.",
        footer = {
            "",
            "What both have changed, and not alike, is a conflict: it is listed, and nothing is changed, unless an "
                    + "option says what to take. Of several the most specific one counts: a column of a table, a column of "
                    + "any table (*.COLUMN), a table, everything."
        })
final class MergeCommand implements Callable<Integer> {

    /** What {@code --resolve} takes. */
    private static final Map<String, Resolver> RESOLVERS = Map.of(
            "ours", Resolver.OURS,
            "theirs", Resolver.THEIRS,
            "newest", Resolver.NEWEST,
            "add", Resolver.ADD,
            "json", Resolver.JSON);

    private static final int OF_EACH = 5;

    private final Session session;

    @Parameters(
            paramLabel = "BRANCH",
            description = "the branch to take from, perhaps one of a remote that was fetched; it stays")
    private String from = "";

    @Option(
            names = "--into",
            paramLabel = "BRANCH",
            defaultValue = Zvpg.FIRST_BRANCH,
            description = "the branch to merge into; ${DEFAULT-VALUE} without this")
    private String into = Zvpg.FIRST_BRANCH;

    @Option(names = "--dry-run", description = "tell what would be done, and change nothing")
    private boolean dryRun;

    @ArgGroup(multiplicity = "0..1")
    private @Nullable Everything everything;

    @Option(
            names = "--resolve",
            paramLabel = "WHERE=HOW",
            description =
                    "in a SCHEMA.TABLE, a SCHEMA.TABLE.COLUMN or a *.COLUMN, take ours, theirs, the newest, add up what "
                            + "both have added, or merge json by key")
    private List<String> resolve = List.of();

    @Option(
            names = "--renumber",
            paramLabel = "TABLE",
            description =
                    "in a SCHEMA.TABLE, give new rows fresh keys where both have taken the same, and let what refers "
                            + "to them follow; * for every table whose keys a sequence makes")
    private List<String> renumber = List.of();

    @Option(
            names = {"-m", "--message"},
            paramLabel = "MESSAGE",
            description = "what the merge's snapshot is")
    private Optional<String> message = Optional.empty();

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    MergeCommand(Session session) {
        this.session = session;
    }

    /** What is taken wherever there is a conflict. */
    private static final class Everything {

        @Option(names = "--ours", required = true, description = "in every conflict, take what the branch has")
        private boolean ours;

        @Option(names = "--theirs", required = true, description = "in every conflict, take what the other one has")
        private boolean theirs;
    }

    /**
     * What is told of a merge.
     *
     * @param kind empty when nothing was done, because of conflicts or because it was not meant to be
     */
    record MergeFacts(
            Optional<MergeResult.Kind> kind,
            Optional<String> snapshot,
            Optional<String> before,
            Optional<String> saved,
            MergeReport report) {

        static MergeFacts of(MergeResult result) {
            return new MergeFacts(
                    Optional.of(result.kind()),
                    Optional.of(result.snapshot().ref()),
                    Optional.of(result.before().ref()),
                    result.saved().map(Snapshot::ref),
                    result.report());
        }

        static MergeFacts of(MergeReport report) {
            return new MergeFacts(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), report);
        }
    }

    @Override
    public Integer call() throws Exception {
        MergeOptions options = options();
        session.use(repo -> {
            Branch target = repo.branch(into);
            try {
                if (dryRun) {
                    rehearse(target, repo.branch(from), options);
                } else {
                    MergeResult result = merge(repo, target, options);
                    if (json) {
                        session.print(Json.text(MergeFacts.of(result)));
                    } else {
                        print(session, from, target, result);
                    }
                }
            } catch (MergeConflictException e) {
                printConflicts(session, e.report(), json);
                throw e;
            }
        });
        return ExitCode.DONE;
    }

    /** A branch of a remote is meant where this repository has none of that name. */
    private MergeResult merge(Repository repo, Branch target, MergeOptions options) {
        boolean isRemote = repo.findBranch(from).isEmpty()
                && repo.remoteBranches().stream().anyMatch(known -> known.name().equals(from));
        return isRemote
                ? target.merge(repo.remoteBranch(from), defaults -> options)
                : target.merge(repo.branch(from), defaults -> options);
    }

    private MergeOptions options() {
        MergeOptions options = MergeOptions.DEFAULT;
        if (everything != null && everything.ours) {
            options = options.ours();
        } else if (everything != null && everything.theirs) {
            options = options.theirs();
        }
        for (String each : resolve) {
            int equals = each.lastIndexOf('=');
            Resolver resolver = RESOLVERS.get(each.substring(equals + 1));
            if (equals < 1 || resolver == null) {
                throw new IllegalArgumentException(
                        "--resolve wants such as public.stock.quantity=add, with ours, theirs, "
                                + "newest, add or json, and not '" + each + "'");
            }
            options = options.resolve(each.substring(0, equals), resolver);
        }
        for (String table : renumber) {
            options = options.renumber(table);
        }
        return message.map(options::message).orElse(options);
    }

    private void rehearse(Branch target, Branch other, MergeOptions options) {
        MergeReport report = target.rehearseMerge(other, defaults -> options);
        if (report.conflictCount() > 0) {
            throw new MergeConflictException(target.name(), other.name(), report);
        }
        if (json) {
            session.print(Json.text(MergeFacts.of(report)));
            return;
        }
        session.print("merging " + from + " would change " + changes(report) + " of " + target);
        print(session, report);
    }

    /** Says what became of a branch. */
    static void print(Session session, String from, Branch target, MergeResult result) {
        String saved = result.saved()
                .map(snapshot -> "; unsaved work of " + from + " is in " + snapshot.ref())
                .orElse("");
        String now = result.snapshot().ref();
        switch (result.kind()) {
            case UP_TO_DATE -> session.print(target + " has all that " + from + " has" + saved);
            case FAST_FORWARD -> session.print(target + " is now at " + now + saved);
            case MERGED -> {
                session.print("merged " + from + " into " + target + ": " + changes(result.report())
                        + " changed; it is at " + now + saved);
                print(session, result.report());
                session.print("undo it with: zvpg branch reset " + target.name() + " "
                        + result.before().ref());
            }
        }
    }

    private static String changes(MergeReport report) {
        int definitions = report.schema().size();
        String rows = report.rows() == 0 ? "no row" : report.rows() == 1 ? "1 row" : report.rows() + " rows";
        return rows
                + (definitions == 0
                        ? ""
                        : definitions == 1 ? " and 1 definition" : " and " + definitions + " definitions");
    }

    private static void print(Session session, MergeReport report) {
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
        SchemaFacts.lines(report.schema()).forEach(session::print);
        if (!columns.isEmpty()) {
            session.print(columns);
        }
        if (report.sequences() > 0) {
            session.print("sequences moved forward: " + report.sequences());
        }
        report.notMerged().forEach(each -> session.print("not merged: " + each));
    }

    /** Lists what both have changed. */
    static void printConflicts(Session session, MergeReport report, boolean json) {
        if (json) {
            session.print(Json.text(MergeFacts.of(report)));
        } else {
            lines(report).forEach(session::print);
        }
    }

    /** A few conflicts of each column or table, and how many more there are. */
    private static List<String> lines(MergeReport report) {
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
            return DiffCommand.values(cell.key()) + "  base " + DiffCommand.value(cell.base()) + "  ours "
                    + DiffCommand.value(cell.ours()) + "  theirs " + DiffCommand.value(cell.theirs());
        }
        if (conflict instanceof Conflict.RowConflict row) {
            return DiffCommand.values(row.key()) + "  ours " + change(row.base(), row.ours()) + "  theirs "
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
                .map(column ->
                        column + " " + DiffCommand.value(base.get(column)) + " → " + DiffCommand.value(now.get(column)))
                .collect(Collectors.joining(" "));
    }
}
