package dev.zvpg.postgres.schema;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A column of a catalog. Immutable.
 *
 * @param aspect what it is called in a change
 * @param target the catalog that it refers to, or the column that has the relation whose columns it numbers
 */
record CatalogColumn(String catalog, String name, String aspect, Reading reading, String target) {

    /** How it is read. */
    enum Reading {
        TEXT,
        /** As one letter, which may be none. */
        LETTER,
        PRIVILEGES,
        SECRET,
        TREE,
        /** As an object of another catalog. */
        REFERENCE,
        /** As several of them. */
        REFERENCES,
        /** As columns of a relation. */
        COLUMNS,
        /** As a type with its modifier, such as a length. */
        TYPE
    }

    /** What to select. */
    List<String> expressions() {
        String value = CatalogRules.expression(name);
        return switch (reading) {
            case TEXT, LETTER -> List.of("(" + value + ")::text");
            case PRIVILEGES -> List.of(CatalogRules.privileges(catalog, name));
            case SECRET -> List.of("md5(" + name + "::text)");
            case TREE -> List.of("md5(" + name + "::text)", CatalogRules.deparsed(name));
            case REFERENCE -> List.of("(" + value + ")::oid::text"); // a procedure's text would be its name
            case REFERENCES -> List.of("array_to_string(" + name + "::oid[], ' ')");
            case COLUMNS -> List.of(target + "::int8", name + "::text");
            case TYPE -> {
                String modifier = CatalogRules.TYPE_MODIFIERS.getOrDefault(name, "-1");
                yield List.of(
                        name + "::text",
                        modifier + "::text",
                        "CASE WHEN " + name + " <> 0 THEN format_type(" + name + ", " + modifier + ") END");
            }
        };
    }

    /** Reads what was selected; null where that says nothing. */
    @Nullable
    Value value(ResultSet row, int at) throws SQLException {
        String text = row.getString(at);
        if (text == null) {
            return null;
        }
        return switch (reading) {
            case TEXT -> new Value.Text(text);
            case LETTER -> text.isEmpty() ? null : new Value.Text(text);
            case PRIVILEGES -> privileges((String[]) row.getArray(at).getArray());
            case SECRET -> new Value.Secret(text);
            case TREE -> new Value.Tree(text, String.valueOf(row.getString(at + 1)));
            case REFERENCE, REFERENCES -> references(target, text, "", null);
            case COLUMNS -> columns(row.getLong(at), row.getString(at + 1));
            case TYPE -> references(target, text, String.valueOf(row.getString(at + 1)), row.getString(at + 2));
        };
    }

    private static Value privileges(String[] granted) {
        List<Value> each = new ArrayList<>();
        for (String item : granted) {
            String[] parts = item.split(" ", 4);
            List<Address> roles = List.of(
                    Address.of("pg_authid", Long.parseLong(parts[0])),
                    Address.of("pg_authid", Long.parseLong(parts[1])));
            each.add(new Value.References(roles, parts[2], parts[3]));
        }
        return new Value.Several(each);
    }

    /** Reads object numbers; null where the only one is 0. */
    static @Nullable Value references(String target, String numbers, String detail, @Nullable String shown) {
        List<Address> to = new ArrayList<>();
        for (String number : numbers.split("\\D+", -1)) {
            if (!number.isEmpty()) {
                to.add(Address.of(target, Long.parseLong(number)));
            }
        }
        boolean isNone = to.size() == 1 && to.get(0).oid() == 0;
        return isNone ? null : new Value.References(List.copyOf(to), detail, shown);
    }

    /** Reads a relation's number and a column's. */
    static Value column(String numbers) {
        String[] both = numbers.split(" ", 2);
        Address column = new Address("pg_class", Long.parseLong(both[0]), Integer.parseInt(both[1]));
        return new Value.References(List.of(column), "", null);
    }

    private static @Nullable Value columns(long relation, @Nullable String numbers) {
        if (numbers == null) {
            return null;
        }
        List<Address> to = new ArrayList<>();
        for (String number : numbers.split("[^\\d-]+", -1)) {
            if (!number.isEmpty()) {
                to.add(new Address("pg_class", relation, Integer.parseInt(number)));
            }
        }
        return new Value.References(List.copyOf(to), "", null);
    }
}
