package dev.zvpg.postgres.schema;

import dev.zvpg.postgres.schema.Schema.Dependency;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Leaves out what differs because something else does: columns, indexes and constraints of a table that is new, a
 * constraint's index that is renamed with it, a sequence that goes to another schema with the table that owns it, an owner
 * that is the table's, and what partitions have from the table that they are partitions of. Confined to one thread.
 */
final class Consequences {

    private final Side before;
    private final Side after;
    private final Map<Address, Difference> byBefore = new HashMap<>();
    private final Map<Address, Difference> byAfter = new HashMap<>();
    private final Map<Schema, Map<List<Object>, Entry>> members = new HashMap<>();

    Consequences(Side before, Side after, List<Difference> differences) {
        this.before = before;
        this.after = after;
        for (Difference difference : differences) {
            if (difference.before() != null) {
                byBefore.put(difference.before().address(), difference);
            }
            if (difference.after() != null) {
                byAfter.put(difference.after().address(), difference);
            }
        }
    }

    /** What is left of a difference; empty when nothing is. */
    Optional<Difference> without(Difference difference) throws SQLException {
        if (!difference.isOnBoth()) {
            return comesWithAnother(difference) ? Optional.empty() : Optional.of(difference);
        }
        List<Difference.Aspect> names = isRenamedWithAnother(difference) ? List.of() : difference.names();
        List<Difference.Aspect> aspects = new ArrayList<>(difference.aspects());
        for (Difference origin : origins(difference)) {
            aspects.removeAll(origin.aspects());
        }
        return names.isEmpty() && aspects.isEmpty()
                ? Optional.empty()
                : Optional.of(new Difference(difference.before(), difference.after(), names, aspects));
    }

    private Schema schema(Difference difference) {
        return (difference.isDropped() ? before : after).schema();
    }

    /** What differs about an object, on the side that a difference is about. */
    private @Nullable Difference find(Difference difference, Address address) {
        return (difference.isDropped() ? byBefore : byAfter).get(address);
    }

    private boolean isAlike(Difference difference, Address address) {
        Difference other = find(difference, address);
        return other != null && other.isAdded() == difference.isAdded() && other.isDropped() == difference.isDropped();
    }

    /** Whether it comes or goes because another object does. */
    private boolean comesWithAnother(Difference difference) throws SQLException {
        Entry entry = difference.either();
        if (entry.address().isColumn() && isAlike(difference, entry.address().whole())) {
            return true;
        }
        for (Dependency dependency : schema(difference).dependencies(entry.address())) {
            Address on = dependency.on();
            boolean isPart = dependency.type() == 'i' || dependency.type() == 'P';
            boolean stays = on.catalog().equals("pg_namespace") || on.catalog().equals("pg_opfamily");
            if (isPart || (!stays && isAlike(difference, on.whole()))) {
                return true;
            }
        }
        for (Entry origin : inherited(schema(difference), entry)) {
            if (isAlike(difference, origin.address())) {
                return true;
            }
        }
        return false;
    }

    private boolean isRenamedWithAnother(Difference difference) throws SQLException {
        for (Dependency dependency :
                after.schema().dependencies(difference.either().address())) {
            Difference other = find(difference, dependency.on());
            if (other != null
                    && other.isRenamed()
                    && dependency.type() == 'i'
                    && !dependency.on().isColumn()) {
                return true;
            }
        }
        if (difference.isMoved()
                && wholes(difference).stream()
                        .map(address -> find(difference, address))
                        .anyMatch(other -> other != null && isInAnotherSchema(other))) {
            return true;
        }
        for (Entry origin : inherited(after.schema(), difference.either())) {
            Difference other = find(difference, origin.address());
            if (other != null && other.names().equals(difference.names())) {
                return true;
            }
        }
        return false;
    }

    /** Whether it went to another schema, perhaps under another name. */
    private static boolean isInAnotherSchema(Difference difference) {
        return Stream.concat(difference.names().stream(), difference.aspects().stream())
                .anyMatch(aspect -> aspect.name().endsWith("namespace")); // an extension's is none of its name
    }

    /** The differences of what an object is a part of or has things from. */
    private List<Difference> origins(Difference difference) throws SQLException {
        List<Difference> origins = new ArrayList<>();
        for (Address address : wholes(difference)) {
            Difference other = find(difference, address);
            if (other != null) {
                origins.add(other);
            }
        }
        for (Entry entry : inherited(after.schema(), difference.either())) {
            Difference other = find(difference, entry.address());
            if (other != null) {
                origins.add(other);
            }
        }
        return origins;
    }

    /** What an object is a part of, and what that is a part of. */
    private Set<Address> wholes(Difference difference) throws SQLException {
        Set<Address> wholes = new HashSet<>();
        collect(difference.either().address(), wholes);
        return wholes;
    }

    private void collect(Address address, Set<Address> wholes) throws SQLException {
        for (Dependency dependency : after.schema().dependencies(address)) {
            for (Address on : List.of(dependency.on(), dependency.on().whole())) {
                if (!on.catalog().equals("pg_namespace") && wholes.add(on)) {
                    collect(on, wholes);
                }
            }
        }
    }

    /** What a column, constraint or trigger of a table is in the tables that this one inherits from. */
    private List<Entry> inherited(Schema schema, Entry entry) {
        List<Entry> found = new ArrayList<>();
        Address relation = entry.relation();
        Entry table = relation == null ? null : schema.find(relation);
        if (table != null && table.value("inherits") instanceof Value.References parents) {
            for (Address parent : parents.to()) {
                Entry member =
                        members.computeIfAbsent(schema, Consequences::members).get(member(entry, parent));
                if (member != null) {
                    found.add(member);
                }
            }
        }
        return found;
    }

    private static Map<List<Object>, Entry> members(Schema schema) {
        Map<List<Object>, Entry> members = new HashMap<>();
        for (Entry entry : schema.entries()) {
            Address relation = entry.relation();
            if (relation != null) {
                members.put(member(entry, relation), entry);
            }
        }
        return members;
    }

    private static List<Object> member(Entry entry, Address relation) {
        return List.of(
                entry.address().catalog(),
                entry.address().isColumn(),
                relation,
                entry.name().stream()
                        .map(entry::value)
                        .filter(Value.Text.class::isInstance)
                        .toList());
    }
}
