package dev.zvpg.examples.cli;

import dev.zvpg.Branch;
import dev.zvpg.Clone;
import dev.zvpg.Diff;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.WorkingCopy;
import dev.zvpg.diff.RowChange;
import dev.zvpg.diff.SchemaChange;
import dev.zvpg.diff.SequenceDiff;
import dev.zvpg.diff.TableDiff;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.examples.cli.text.Columns;
import dev.zvpg.examples.cli.text.Json;
import dev.zvpg.examples.cli.text.SchemaFacts;
import dev.zvpg.examples.cli.text.Values;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Compares rows and definitions. Confined to one thread. */
@Command(
        name = "diff",
        mixinStandardHelpOptions = true,
        description = "Tells which rows and definitions are different between two snapshots, branches or clones.")
final class DiffCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(
            index = "0",
            paramLabel = "A",
            description = "a branch, a clone, BRANCH@NAME, BRANCH@latest, or a snapshot's name")
    private String before = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "B",
            description = "what to compare it with; without this, what A has changed since its snapshot")
    private Optional<String> after = Optional.empty();

    @Option(names = "--table", paramLabel = "TABLE", description = "show the rows of this table, such as public.orders")
    private Optional<String> table = Optional.empty();

    @Option(names = "--schema", description = "show the definitions that are different")
    private boolean schema;

    @Option(
            names = "--sql",
            description =
                    "write the statements that make of A what B is; comments say how to run them and what they leave as it is")
    private boolean sql;

    @Option(names = "--database", paramLabel = "DATABASE", description = "only what is in this database")
    private Optional<String> database = Optional.empty();

    @Option(names = "--json", description = "print JSON; with --table, an object on a line for each row")
    private boolean json;

    DiffCommand(Session session) {
        this.session = session;
    }

    /** What is told of a table. */
    record TableFacts(
            String database,
            String table,
            TableDiff.Method method,
            Optional<String> reason,
            List<String> key,
            long inserted,
            long updated,
            long deleted) {

        static TableFacts of(TableDiff table) {
            return new TableFacts(
                    table.database(),
                    table.name(),
                    table.method(),
                    table.reason(),
                    table.key(),
                    table.inserted(),
                    table.updated(),
                    table.deleted());
        }
    }

    /** What is told of all. */
    record DiffFacts(List<TableFacts> tables, List<SequenceDiff> sequences, List<SchemaFacts> schema) {}

    @Override
    public Integer call() throws Exception {
        session.use(repo -> {
            try (Diff diff = compare(repo)) {
                if (sql) {
                    write(diff, session.terminal().out());
                } else if (table.isPresent()) {
                    printRows(diff, table.get());
                } else {
                    print(diff);
                }
            }
        });
        return ExitCode.DONE;
    }

    private Diff compare(Repository repo) {
        Object one = revision(repo, before);
        if (after.isEmpty()) {
            return one instanceof Clone clone
                    ? clone.changes()
                    : one instanceof Branch branch ? sinceItsHead(branch) : sinceItsParent((Snapshot) one);
        }
        Object other = revision(repo, after.get());
        if (one instanceof Snapshot snapshot) {
            return other instanceof Snapshot later ? snapshot.diff(later) : snapshot.diff((WorkingCopy) other);
        }
        WorkingCopy copy = (WorkingCopy) one;
        return other instanceof Snapshot later ? copy.diff(later) : copy.diff((WorkingCopy) other);
    }

    private static Diff sinceItsHead(Branch branch) {
        return branch.head()
                .orElseThrow(() -> new NotFoundException(
                        branch + " has no snapshot to compare it with", "name what to compare it with"))
                .diff(branch);
    }

    private static Diff sinceItsParent(Snapshot snapshot) {
        return snapshot.parents().stream()
                .findFirst()
                .orElseThrow(
                        () -> new NotFoundException(snapshot + " follows no other one", "name what to compare it with"))
                .diff(snapshot);
    }

    /** A snapshot, a branch or a clone. */
    private static Object revision(Repository repo, String name) {
        if (name.contains("@")) {
            return repo.snapshot(name);
        }
        Optional<? extends Object> found = repo.findBranch(name);
        if (found.isEmpty()) {
            found = repo.findClone(name);
        }
        if (found.isEmpty()) {
            found = repo.findSnapshot(name);
        }
        if (found.isEmpty()) {
            throw new NotFoundException(
                    "there is no branch, clone or snapshot " + name, "zvpg status lists what there is");
        }
        return found.get();
    }

    private boolean isWanted(String of) {
        return database.isEmpty() || database.get().equals(of);
    }

    private void print(Diff diff) {
        List<TableFacts> tables = diff.tables().stream()
                .filter(each -> isWanted(each.database()))
                .map(TableFacts::of)
                .toList();
        List<SequenceDiff> sequences = diff.sequences().stream()
                .filter(each -> isWanted(each.database()))
                .toList();
        List<SchemaChange> changes =
                diff.schema().stream().filter(each -> isWanted(each.database())).toList();
        if (json) {
            session.print(Json.text(new DiffFacts(
                    tables, sequences, changes.stream().map(SchemaFacts::of).toList())));
            return;
        }
        if (schema) {
            SchemaFacts.lines(changes).forEach(session::print);
            return;
        }
        if (tables.isEmpty() && sequences.isEmpty() && changes.isEmpty()) {
            session.print("nothing is different");
        }
        if (!changes.isEmpty()) {
            session.print(changes.size() + (changes.size() == 1 ? " definition is" : " definitions are")
                    + " different; --schema shows " + (changes.size() == 1 ? "it" : "them"));
        }
        if (!tables.isEmpty()) {
            session.print(columns(tables));
        }
        for (SequenceDiff sequence : sequences) {
            session.print("sequence " + sequence.name() + " in " + sequence.database() + "  " + text(sequence.before())
                    + " → " + text(sequence.after()));
        }
    }

    private static Columns columns(List<TableFacts> tables) {
        boolean isOne = tables.stream().map(TableFacts::database).distinct().count() == 1;
        Columns columns = new Columns("table", "inserted", "updated", "deleted", "database", "compared");
        for (TableFacts table : tables) {
            boolean isCompared = table.method() != TableDiff.Method.NOT_COMPARED;
            columns.row(
                    table.table(),
                    isCompared ? "+" + table.inserted() : "",
                    isCompared ? "~" + table.updated() : "",
                    isCompared ? "-" + table.deleted() : "",
                    isOne ? "" : table.database(),
                    table.reason()
                            .map(reason -> "no, " + reason)
                            .orElse(table.method()
                                    .name()
                                    .toLowerCase(Locale.ROOT)
                                    .replace('_', ' ')));
        }
        return columns;
    }

    private static String text(OptionalLong value) {
        return value.isPresent() ? Long.toString(value.getAsLong()) : "none";
    }

    private void printRows(Diff diff, String name) {
        TableDiff found = diff.tables().stream()
                .filter(each -> each.name().equals(name) && database.isPresent() && isWanted(each.database()))
                .findFirst()
                .orElseGet(() -> diff.table(name));
        if (found.reason().isPresent()) {
            session.hint(name + " is not compared: " + found.reason().get());
        }
        try (Stream<RowChange> rows = found.rows()) {
            rows.forEach(row -> session.print(json ? Json.line(row) : line(row)));
        }
    }

    /** As it is, because somebody runs it. */
    private void write(Diff diff, PrintWriter out) throws IOException {
        if (database.isPresent()) {
            diff.toSql(database.get(), out);
        } else {
            diff.toSql(out);
        }
        if (out.checkError()) {
            throw new IOException("the statements could not be written");
        }
    }

    private static String line(RowChange row) {
        return switch (row.kind()) {
            case INSERTED -> "+ " + Values.text(row.after());
            case DELETED -> "- " + Values.text(row.key().isEmpty() ? row.before() : row.key());
            case UPDATED ->
                "~ " + Values.text(row.key())
                        + row.changed().stream()
                                .map(column -> "  " + column + " "
                                        + Values.text(row.before().get(column)) + " → "
                                        + Values.text(row.after().get(column)))
                                .collect(Collectors.joining());
        };
    }
}
