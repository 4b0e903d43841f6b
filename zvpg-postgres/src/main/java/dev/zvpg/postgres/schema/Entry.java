package dev.zvpg.postgres.schema;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An object with all that the catalogs say of it. Confined to the thread that reads it.
 *
 * @param key the aspects that identify it among those of its catalog
 * @param isTold whether it is something that users make; what it is made of otherwise, such as a table's row type, is
 *     only referred to
 * @param values by aspect; what is null is not among them
 */
record Entry(Address address, List<String> key, boolean isTold, Map<String, Value> values) {

    /** An object of the system of which only that is read which users say of it. */
    static Entry bare(Address address) {
        return of(address, List.of(), true);
    }

    static Entry of(Address address, List<String> key, boolean isTold) {
        return new Entry(address, key, isTold, new LinkedHashMap<>());
    }

    @Nullable
    Value value(String aspect) {
        return values.get(aspect);
    }

    void add(String aspect, Value value) {
        values.merge(aspect, value, Value::and);
    }

    /** The aspects that are a name and a schema: to change those is to rename. */
    List<String> name() {
        List<String> name = new ArrayList<>();
        for (String aspect : key) {
            if (aspect.endsWith("name") || aspect.endsWith("namespace")) {
                name.add(aspect);
            }
        }
        return name;
    }

    /** What it is a part of by what identifies it, such as a trigger of a table; null for what stands alone. */
    @Nullable
    Address relation() {
        if (address.isColumn()) {
            return address.whole();
        }
        for (String aspect : key) {
            if (values.get(aspect) instanceof Value.References references
                    && references.to().size() == 1
                    && references.to().get(0).catalog().equals("pg_class")) {
                return references.to().get(0);
            }
        }
        return null;
    }
}
