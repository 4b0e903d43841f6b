package dev.zvpg.internal.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zvpg.internal.io.DisplayText;
import dev.zvpg.internal.tree.MalformedException;
import dev.zvpg.storage.SnapshotId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads messages of others, who may say anything. Thread-safe. */
final class Fields {

    private Fields() {}

    static String text(JsonNode message, String name) throws MalformedException {
        return find(message, name).orElseThrow(() -> new MalformedException("a message has no text '" + name + "'"));
    }

    static Optional<String> find(JsonNode message, String name) throws MalformedException {
        JsonNode field = message.path(name);
        if (field.isMissingNode() || field.isNull()) {
            return Optional.empty();
        }
        if (!field.isTextual()) {
            throw new MalformedException("'" + name + "' of a message is no text");
        }
        return Optional.of(field.textValue());
    }

    /** Text that is shown to somebody. */
    static String words(JsonNode message, String name) throws MalformedException {
        return DisplayText.withoutControls(find(message, name).orElse(""));
    }

    static long number(JsonNode message, String name) throws MalformedException {
        JsonNode field = message.path(name);
        if (!field.isIntegralNumber() || !field.canConvertToLong()) {
            throw new MalformedException("a message has no number '" + name + "'");
        }
        return field.longValue();
    }

    static boolean flag(JsonNode message, String name) {
        return message.path(name).asBoolean(false);
    }

    static SnapshotId id(JsonNode message, String name) throws MalformedException {
        return id(text(message, name));
    }

    static Optional<SnapshotId> findId(JsonNode message, String name) throws MalformedException {
        Optional<String> text = find(message, name);
        return text.isPresent() ? Optional.of(id(text.get())) : Optional.empty();
    }

    static SnapshotId id(String text) throws MalformedException {
        try {
            return new SnapshotId(text);
        } catch (IllegalArgumentException e) {
            throw new MalformedException("'" + DisplayText.firstLine(text) + "' is not the identity of a snapshot");
        }
    }

    static List<SnapshotId> ids(JsonNode message, String name) throws MalformedException {
        List<SnapshotId> ids = new ArrayList<>();
        for (JsonNode id : message.path(name)) {
            ids.add(id(id.asText()));
        }
        return ids;
    }

    /** An object of texts. */
    static Map<String, String> texts(JsonNode message, String name) throws MalformedException {
        Map<String, String> texts = new TreeMap<>();
        if (message.path(name) instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                texts.put(field.getKey(), text(object, field.getKey()));
            }
        }
        return texts;
    }

    static void put(ObjectNode message, String name, Iterable<SnapshotId> ids) {
        var array = message.putArray(name);
        ids.forEach(id -> array.add(id.value()));
    }

    static void put(ObjectNode message, String name, Map<String, String> texts) {
        ObjectNode object = message.putObject(name);
        texts.forEach(object::put);
    }
}
