package dev.zvpg.internal.catalog;

import dev.zvpg.storage.StoredId;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads what an object of the storage says of itself, and names the object and the attribute where that cannot be read.
 * Immutable.
 *
 * @param object the volume or snapshot
 * @param values its attributes
 */
record ObjectAttributes(StoredId object, Map<String, String> values) {

    /** The name of the attribute that says which version of this library can read the others. */
    static final String FORMAT = "format";

    /** The format that this version writes, and the newest one that it reads. */
    static final int CURRENT_FORMAT = 1;

    /**
     * Tells that one attribute of one object cannot be read; seen by the {@link Catalog} only, which makes a problem of
     * it.
     */
    static final class UnreadableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnreadableException(String message, @Nullable RuntimeException cause) {
            super(message, cause);
        }
    }

    /** Tells whether a later version of this library wrote the object, so that nothing else of it may be believed. */
    boolean isNewer() {
        return number(FORMAT, CURRENT_FORMAT) > CURRENT_FORMAT;
    }

    Optional<String> find(String name) {
        return Optional.ofNullable(values.get(name));
    }

    String require(String name) {
        return find(name).orElseThrow(() -> new UnreadableException("it has no attribute " + name, null));
    }

    String text(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    boolean flag(String name) {
        return read(name, "true or false", text -> switch (text) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw new IllegalArgumentException(text);
                })
                .orElse(false);
    }

    long number(String name, long otherwise) {
        return read(name, "a number from 0", Long::parseUnsignedLong).orElse(otherwise);
    }

    Optional<Instant> instant(String name) {
        return read(name, "a time such as 2026-11-22T20:31:38Z", Instant::parse);
    }

    /** Reads identities that are written with commas between them; none when the attribute is missing or empty. */
    <T> List<T> ids(String name, Function<String, T> id) {
        return read(
                        name,
                        "a list of identities",
                        text -> Arrays.stream(text.split(","))
                                .filter(Predicate.not(String::isEmpty))
                                .map(id)
                                .toList())
                .orElse(List.of());
    }

    /**
     * Reads one attribute.
     *
     * @param allowed what the text should be, for the error
     * @param parser throws {@link IllegalArgumentException} or {@link DateTimeException} when the text is not that
     */
    <T> Optional<T> read(String name, String allowed, Function<String, T> parser) {
        String text = values.get(name);
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(parser.apply(text));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new UnreadableException("its attribute " + name + " is '" + text + "' and should be " + allowed, e);
        }
    }
}
