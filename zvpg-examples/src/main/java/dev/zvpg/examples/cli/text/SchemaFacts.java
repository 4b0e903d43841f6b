package dev.zvpg.examples.cli.text;

import dev.zvpg.diff.SchemaChange;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is told of a definition that is different. Immutable. */
public record SchemaFacts(
        Change change,
        String database,
        String kind,
        String object,
        Optional<String> before,
        Optional<String> definition,
        List<SchemaChange.Aspect> aspects) {

    /** What became of it. */
    public enum Change {
        ADDED,
        DROPPED,
        RENAMED,
        CHANGED
    }

    public static SchemaFacts of(SchemaChange change) {
        if (change instanceof SchemaChange.Added added) {
            return facts(Change.ADDED, change, Optional.empty(), added.definition(), List.of());
        }
        if (change instanceof SchemaChange.Dropped dropped) {
            return facts(Change.DROPPED, change, Optional.empty(), dropped.definition(), List.of());
        }
        if (change instanceof SchemaChange.Renamed renamed) {
            return facts(Change.RENAMED, change, Optional.of(renamed.before()), Optional.empty(), List.of());
        }
        SchemaChange.Changed changed = (SchemaChange.Changed) change;
        return facts(Change.CHANGED, change, Optional.empty(), Optional.empty(), changed.aspects());
    }

    private static SchemaFacts facts(
            Change change,
            SchemaChange of,
            Optional<String> before,
            Optional<String> definition,
            List<SchemaChange.Aspect> aspects) {
        return new SchemaFacts(change, of.database(), of.kind(), of.object(), before, definition, aspects);
    }

    /** A line for each, with its database where there are several. */
    public static Stream<String> lines(List<SchemaChange> changes) {
        List<SchemaFacts> facts = changes.stream().map(SchemaFacts::of).toList();
        boolean isOne = facts.stream().map(SchemaFacts::database).distinct().count() <= 1;
        int width = facts.stream().mapToInt(each -> each.kind().length()).max().orElse(0);
        return facts.stream().map(each -> each.line(width, !isOne));
    }

    private String line(int width, boolean withDatabase) {
        String what = object;
        if (change == Change.RENAMED) {
            what = before.orElse("") + " → " + object;
        } else if (change == Change.ADDED) {
            what += definition.map(text -> "  " + shown(text)).orElse("");
        }
        String where = withDatabase ? (database.isEmpty() ? "  in the cluster" : "  in " + database) : "";
        String rest = aspects.stream()
                .map(aspect -> "  " + aspect.name() + " " + shown(aspect.before()) + " → " + shown(aspect.after()))
                .collect(Collectors.joining());
        return String.format(
                        "%-7s  %-" + Math.max(1, width) + "s  %s", change.name().toLowerCase(Locale.ROOT), kind, what)
                + rest
                + where;
    }

    /** On one line, and not too long. */
    private static String shown(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return "none";
        }
        return Values.shortened(text.strip().replaceAll("\\s+", " "));
    }
}
