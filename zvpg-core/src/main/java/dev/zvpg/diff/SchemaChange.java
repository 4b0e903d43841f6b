package dev.zvpg.diff;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A definition that is different: an object of a database, or of the whole cluster.
 *
 * <p>An object is the same one as long as PostgreSQL gives it the same identity since the two states parted, so that a
 * table which was renamed is told as that; what only one of the two made is the same where its name is. What comes or goes
 * with another object is told with that: a table's columns, indexes and constraints with the table, the members of an
 * extension with the extension.
 *
 * <p>Immutable.
 */
public sealed interface SchemaChange {

    /**
     * Returns the database that the object is in.
     *
     * @return its name, of the later state where it was renamed; empty for what is the whole cluster's, such as a role
     */
    String database();

    /**
     * Returns what kind of object it is.
     *
     * @return as PostgreSQL's {@code pg_identify_object} tells it, such as {@code table column}
     */
    String kind();

    /**
     * Returns which object it is.
     *
     * @return its identity as {@code pg_identify_object} writes it, such as {@code public.orders.amount}; of the later
     *     state, unless only the earlier one has it
     */
    String object();

    /**
     * Only the later state has it.
     *
     * <p>Immutable.
     *
     * @param database the database that it is in; empty for what is the whole cluster's
     * @param kind what kind of object it is
     * @param object its identity
     * @param definition what it is, as PostgreSQL writes it; empty for kinds of which it writes nothing
     */
    record Added(String database, String kind, String object, Optional<String> definition) implements SchemaChange {}

    /**
     * Only the earlier state has it.
     *
     * <p>Immutable.
     *
     * @param database the database that it is in; empty for what is the whole cluster's
     * @param kind what kind of object it is
     * @param object its identity
     * @param definition what it was, as PostgreSQL writes it; empty for kinds of which it writes nothing
     */
    record Dropped(String database, String kind, String object, Optional<String> definition) implements SchemaChange {}

    /**
     * It has another name, or is in another schema. What else is different about it is a change of its own.
     *
     * <p>Immutable.
     *
     * @param database the database that it is in; empty for what is the whole cluster's
     * @param kind what kind of object it is
     * @param before its identity in the earlier state
     * @param after its identity in the later state
     */
    record Renamed(String database, String kind, String before, String after) implements SchemaChange {

        @Override
        public String object() {
            return after;
        }
    }

    /**
     * Both states have it, and it is not the same.
     *
     * <p>Immutable.
     *
     * @param database the database that it is in; empty for what is the whole cluster's
     * @param kind what kind of object it is
     * @param object its identity in the later state
     * @param aspects what is different about it, at least one
     */
    record Changed(String database, String kind, String object, List<Aspect> aspects) implements SchemaChange {

        /** Copies the list. */
        public Changed {
            aspects = List.copyOf(aspects);
        }
    }

    /**
     * What is different about an object.
     *
     * <p>Immutable.
     *
     * @param name {@code definition}, {@code type}, {@code default}, {@code comment} and their like; otherwise the name of
     *     the column in PostgreSQL's catalog without the letters that all columns of the catalog begin with, such as
     *     {@code rowsecurity} for {@code pg_class.relrowsecurity}
     * @param before what it is in the earlier state, as PostgreSQL writes it; null where there is nothing. Passwords are
     *     not shown
     * @param after what it is in the later state
     */
    record Aspect(
            String name, @Nullable String before, @Nullable String after) {}
}
