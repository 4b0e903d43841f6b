package dev.zvpg.directory;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.zvpg.directory.Document.Entry;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.StoredId;
import dev.zvpg.storage.VolumeId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The document as JSON. Written and read by hand, because a mapper would need the module opened to it.
 *
 * <p>Thread-safe.
 */
final class DocumentFormat {

    /** Raised when an older version of the library could no longer use the document, or would lose part of it. */
    static final int NUMBER = 3; // 1 and 2 told what was being made or removed

    private static final JsonFactory JSON = new JsonFactory();
    private static final ObjectMapper MAPPER = new ObjectMapper(JSON);

    private DocumentFormat() {}

    static byte[] write(Document document) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 14);
        append(bytes, "{\"format\":" + NUMBER + ",\"volumes\":[");
        String separator = "";
        for (Entry entry : document.entries()) {
            if (entry.id() instanceof VolumeId) {
                append(bytes, separator);
                bytes.writeBytes(entry.memo().text(() -> json(json -> writeEntry(json, entry, "origin"))));
                separator = ",";
            }
        }
        append(bytes, "],\"snapshots\":[");
        separator = "";
        for (Entry entry : document.entries()) {
            if (entry.id() instanceof SnapshotId) {
                append(bytes, separator);
                bytes.writeBytes(entry.memo().text(() -> json(json -> writeEntry(json, entry, "volume"))));
                separator = ",";
            }
        }
        append(bytes, "]}");
        return bytes.toByteArray();
    }

    private static void append(ByteArrayOutputStream bytes, String text) {
        bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes one value. */
    private interface Value {
        void write(JsonGenerator json) throws IOException;
    }

    private static byte[] json(Value value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes, JsonEncoding.UTF8)) {
            value.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return bytes.toByteArray();
    }

    private static void writeEntry(JsonGenerator json, Entry entry, String sourceField) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", entry.id().value());
        if (entry.source().isPresent()) {
            json.writeStringField(sourceField, entry.source().get().value());
        }
        json.writeStringField("created", entry.created().toString());
        json.writeObjectFieldStart("attributes");
        for (Map.Entry<String, String> attribute : entry.attributes().entrySet()) {
            json.writeStringField(attribute.getKey(), attribute.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    /**
     * Reads a document.
     *
     * @param file for the messages
     */
    static Document read(byte[] bytes, Path file) {
        JsonNode root;
        try {
            root = MAPPER.readTree(bytes);
        } catch (IOException e) {
            throw unreadable(file, "it is not JSON", e);
        }
        if (root == null || !root.isObject()) {
            throw unreadable(file, "it is not a JSON object", null);
        }
        JsonNode format = root.path("format");
        if (!format.canConvertToInt() || format.intValue() < 1) {
            throw new ConfigurationException(file, "format", "is no format number", "allowed is " + NUMBER, null);
        }
        if (format.intValue() > NUMBER) {
            throw new ConfigurationException(
                    file,
                    "format",
                    "is " + format.intValue() + ", written by a newer version of this library",
                    "this one knows " + NUMBER + ", so use the newer one",
                    null);
        }
        if (format.intValue() < NUMBER) {
            throw new ConfigurationException(
                    file,
                    "format",
                    "is " + format.intValue() + ", written by a version of this library from before its first release",
                    "this one knows " + NUMBER + ": dump the databases with that version, and make the repository anew",
                    null);
        }
        try {
            return objects(root);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw unreadable(file, String.valueOf(e.getMessage()), e);
        }
    }

    private static Document objects(JsonNode root) {
        List<Entry> entries = new ArrayList<>();
        for (JsonNode node : list(root, "volumes")) {
            entries.add(entry(
                    node,
                    new VolumeId(text(node, "id")),
                    optional(node, "origin").map(SnapshotId::new)));
        }
        for (JsonNode node : list(root, "snapshots")) {
            entries.add(entry(node, new SnapshotId(text(node, "id")), Optional.of(new VolumeId(text(node, "volume")))));
        }
        return Document.of(entries);
    }

    private static Entry entry(JsonNode node, StoredId id, Optional<? extends StoredId> source) {
        Map<String, String> attributes = new HashMap<>();
        JsonNode object = node.path("attributes");
        for (Map.Entry<String, JsonNode> attribute : object.properties()) {
            attributes.put(attribute.getKey(), text(object, attribute.getKey()));
        }
        return new Entry(
                id, source.map(StoredId.class::cast), Instant.parse(text(node, "created")), Map.copyOf(attributes));
    }

    private static JsonNode list(JsonNode root, String field) {
        JsonNode list = root.path(field);
        if (!list.isArray()) {
            throw new IllegalArgumentException("there is no list of " + field);
        }
        return list;
    }

    private static String text(JsonNode node, String field) {
        return optional(node, field)
                .orElseThrow(() -> new IllegalArgumentException("an entry has no text in field " + field));
    }

    private static Optional<String> optional(JsonNode node, String field) {
        return node.path(field).isTextual() ? Optional.of(node.path(field).textValue()) : Optional.empty();
    }

    private static ConfigurationException unreadable(Path file, String why, @Nullable Throwable cause) {
        return new ConfigurationException(
                file,
                null,
                "cannot be read as the list of volumes and snapshots: " + why,
                "nothing was changed, restore this file from a backup",
                cause);
    }
}
