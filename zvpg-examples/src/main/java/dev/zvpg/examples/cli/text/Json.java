package dev.zvpg.examples.cli.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.zvpg.info.SnapshotInfo;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes the library's records as JSON: an object with the names of the components as keys, in their order. What is
 * empty is null, times are ISO 8601 in UTC, paths are strings, constants are in lower case.
 *
 * <p>Written without Jackson's mapper: that takes two to four times as long for its first record, which is the only one
 * that a command writes, and would have to be told all of the above.
 */
public final class Json {

    private static final Pattern CONTROL = Pattern.compile("[\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069]");
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final DefaultIndenter INDENT = new DefaultIndenter("  ", "\n");

    private Json() {}

    /** Returns a list or a record as text. */
    public static String text(Object value) {
        return text(value, Map.of());
    }

    /** Returns a record on one line. */
    public static String line(Record facts) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            write(json, facts, Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return escaped(text.toString());
    }

    /** Returns a record as text, with more keys at its end. */
    public static String text(Object value, Map<String, ?> more) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
            printer.indentArraysWith(INDENT);
            printer.indentObjectsWith(INDENT);
            json.setPrettyPrinter(printer);
            if (value instanceof Record facts) {
                write(json, facts, more);
            } else {
                write(json, value);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return escaped(text.toString());
    }

    /** Escapes in JSON what the generator leaves as it is and a terminal would obey. */
    private static String escaped(String json) {
        return CONTROL.matcher(json)
                .replaceAll(
                        found -> String.format("\\\\u%04x", (int) found.group().charAt(0)));
    }

    private static void write(JsonGenerator json, @Nullable Object value) throws IOException {
        if (value == null) {
            json.writeNull();
        } else if (value instanceof Optional<?> optional) {
            write(json, optional.orElse(null));
        } else if (value instanceof OptionalLong optional) {
            write(json, optional.isPresent() ? optional.getAsLong() : null);
        } else if (value instanceof OptionalInt optional) {
            write(json, optional.isPresent() ? optional.getAsInt() : null);
        } else if (value instanceof Boolean bool) {
            json.writeBoolean(bool);
        } else if (value instanceof Integer || value instanceof Long) {
            json.writeNumber(((Number) value).longValue());
        } else if (value instanceof Enum<?> constant) {
            json.writeString(constant.name().toLowerCase(Locale.ROOT));
        } else if (value instanceof List<?> list) {
            json.writeStartArray();
            for (Object element : list) {
                write(json, element);
            }
            json.writeEndArray();
        } else if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                json.writeFieldName(String.valueOf(entry.getKey()));
                write(json, entry.getValue());
            }
            json.writeEndObject();
        } else if (value instanceof Record facts) {
            write(json, facts, Map.of());
        } else {
            json.writeString(value.toString()); // of an Instant and a Duration that is ISO 8601
        }
    }

    private static void write(JsonGenerator json, Record facts, Map<String, ?> more) throws IOException {
        json.writeStartObject();
        if (facts instanceof SnapshotInfo snapshot) {
            json.writeStringField("ref", snapshot.ref()); // how every other record names it
        }
        for (RecordComponent component : facts.getClass().getRecordComponents()) {
            json.writeFieldName(component.getName());
            try {
                Method accessor = component.getAccessor();
                accessor.setAccessible(true); // the record may be a command's own
                write(json, accessor.invoke(facts));
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new IllegalStateException("cannot read " + component + " of a public record", e);
            }
        }
        for (Map.Entry<String, ?> entry : more.entrySet()) {
            json.writeFieldName(entry.getKey());
            write(json, entry.getValue());
        }
        json.writeEndObject();
    }
}
