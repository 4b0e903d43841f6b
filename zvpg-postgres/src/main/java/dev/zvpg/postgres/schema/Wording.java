package dev.zvpg.postgres.schema;

import dev.zvpg.diff.SchemaChange;
import dev.zvpg.postgres.schema.Descriptions.Description;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts differences into the words of the servers. Confined to one thread. */
final class Wording {

    private static final String DEFINITION = "definition";

    private final String database;
    private final Side before;
    private final Side after;

    Wording(String database, Side before, Side after) {
        this.database = database;
        this.before = before;
        this.after = after;
    }

    /** Writes them in order. */
    List<SchemaChange> of(List<Difference> differences) throws SQLException {
        Set<Address> earlier = new HashSet<>();
        Set<Address> later = new HashSet<>();
        for (Difference difference : differences) {
            addAddresses(difference.before(), difference, earlier);
            addAddresses(difference.after(), difference, later);
        }
        Descriptions left = Descriptions.of(before.schema().connection(), earlier);
        Descriptions right = Descriptions.of(after.schema().connection(), later);
        List<SchemaChange> changes = new ArrayList<>();
        for (Difference difference : differences) {
            add(difference, left, right, changes);
        }
        changes.sort(Comparator.comparing(SchemaChange::kind)
                .thenComparing(SchemaChange::object)
                .thenComparing(change -> change.getClass().getSimpleName()));
        return List.copyOf(changes);
    }

    /** The object, and what is referred to in what is told about it. */
    private static void addAddresses(@Nullable Entry entry, Difference difference, Set<Address> addresses) {
        if (entry != null) {
            addresses.add(entry.address());
            difference.aspects().forEach(aspect -> addReferences(entry.value(aspect.name()), addresses));
        }
    }

    private static void addReferences(@Nullable Value value, Set<Address> addresses) {
        if (value instanceof Value.References references) {
            references.to().stream().filter(to -> to.oid() != 0).forEach(addresses::add);
        } else if (value instanceof Value.Several several) {
            several.values().forEach(each -> addReferences(each, addresses));
        }
    }

    private void add(Difference difference, Descriptions left, Descriptions right, List<SchemaChange> changes) {
        Entry one = difference.before();
        Entry other = difference.after();
        if (one == null || other == null) {
            Description only =
                    (one == null ? right : left).of(difference.either().address());
            changes.add(
                    one == null
                            ? new SchemaChange.Added(database, only.kind(), only.identity(), only.definition())
                            : new SchemaChange.Dropped(database, only.kind(), only.identity(), only.definition()));
            return;
        }
        Description earlier = left.of(one.address());
        Description later = right.of(other.address());
        if (difference.isRenamed()) {
            changes.add(new SchemaChange.Renamed(database, later.kind(), earlier.identity(), later.identity()));
        }
        List<SchemaChange.Aspect> aspects = new ArrayList<>();
        boolean isRedefined = false;
        for (Difference.Aspect aspect : difference.aspects()) {
            if (CatalogRules.isInDefinition(other, aspect.name())) {
                isRedefined = true;
            } else {
                aspects.add(new SchemaChange.Aspect(
                        aspect.name(), text(one.value(aspect.name()), left), text(other.value(aspect.name()), right)));
            }
        }
        Optional<String> then = earlier.definition();
        Optional<String> now = later.definition();
        if (isRedefined && !then.equals(now)) {
            aspects.add(new SchemaChange.Aspect(DEFINITION, then.orElse(null), now.orElse(null)));
        }
        if (!aspects.isEmpty()) {
            changes.add(new SchemaChange.Changed(database, later.kind(), later.identity(), aspects));
        }
    }

    private static @Nullable String text(@Nullable Value value, Descriptions descriptions) {
        return value == null ? null : descriptions.text(value);
    }
}
