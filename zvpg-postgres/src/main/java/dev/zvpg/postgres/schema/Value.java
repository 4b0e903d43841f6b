package dev.zvpg.postgres.schema;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a catalog says in one column, or in several rows about one thing. Immutable. */
sealed interface Value {

    /** What means the same on every server. */
    record Text(String text) implements Value {}

    /** What nobody is shown. */
    record Secret(String digest) implements Value {}

    /**
     * An expression or a query as the server parsed it, with the numbers of what it refers to.
     *
     * @param digest of that
     * @param text what the server writes for it, with the names that things have now
     */
    record Tree(String digest, String text) implements Value {}

    /**
     * References to objects, in an order that has a meaning.
     *
     * @param detail what else is said, which means the same on every server
     * @param shown how the server writes both; null where it does not
     */
    record References(
            List<Address> to, String detail, @Nullable String shown) implements Value {}

    /** Several of these, in no order. */
    record Several(List<Value> values) implements Value {}

    /** Adds what another row says about the same. */
    default Value and(Value other) {
        return new Several(Stream.concat(each(), other.each()).toList());
    }

    private Stream<Value> each() {
        return this instanceof Several several ? several.values().stream() : Stream.of(this);
    }
}
