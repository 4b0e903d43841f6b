package dev.zvpg.examples.cli;

import dev.zvpg.Branch;
import dev.zvpg.MergeResult;
import dev.zvpg.Repository;
import dev.zvpg.Zvpg;
import dev.zvpg.error.MergeConflictException;
import dev.zvpg.examples.cli.text.ConflictText;
import dev.zvpg.examples.cli.text.Json;
import dev.zvpg.examples.cli.text.MergeFacts;
import dev.zvpg.examples.cli.text.MergeText;
import dev.zvpg.merge.MergeOptions;
import dev.zvpg.merge.MergeReport;
import dev.zvpg.merge.Resolver;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
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
                        MergeText.lines(from, target, result).forEach(session::print);
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
        MergeText.rehearsed(from, target, report).forEach(session::print);
    }

    /** Lists what both have changed. */
    static void printConflicts(Session session, MergeReport report, boolean json) {
        if (json) {
            session.print(Json.text(MergeFacts.of(report)));
        } else {
            ConflictText.lines(report).forEach(session::print);
        }
    }
}
