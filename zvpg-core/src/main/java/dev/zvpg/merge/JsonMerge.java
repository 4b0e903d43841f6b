package dev.zvpg.merge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Merges JSON objects key by key, as a merge does rows column by column. */
final class JsonMerge {

    /** Numbers keep all of their digits, as they do in PostgreSQL; a key that is there twice says two things. */
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(
                    DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS,
                    DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private JsonMerge() {}

    /** Merges two texts; empty where one is no object, or both have changed the same key otherwise. */
    static Optional<String> merged(@Nullable String base, @Nullable String ours, @Nullable String theirs) {
        if (ours == null || theirs == null) {
            return Optional.empty();
        }
        try {
            JsonNode before = base == null ? MAPPER.createObjectNode() : MAPPER.readTree(base);
            Optional<JsonNode> merged = merged(before, MAPPER.readTree(ours), MAPPER.readTree(theirs));
            return merged.isPresent() ? Optional.of(MAPPER.writeValueAsString(merged.get())) : Optional.empty();
        } catch (JsonProcessingException e) {
            return Optional.empty(); // it is no JSON, or nested deeper than anybody reads
        }
    }

    private static Optional<JsonNode> merged(JsonNode base, JsonNode ours, JsonNode theirs) {
        if (!(ours instanceof ObjectNode mine) || !(theirs instanceof ObjectNode other)) {
            return Optional.empty();
        }
        Set<String> keys = new LinkedHashSet<>();
        mine.fieldNames().forEachRemaining(keys::add);
        other.fieldNames().forEachRemaining(keys::add);
        ObjectNode merged = MAPPER.createObjectNode();
        for (String key : keys) {
            JsonNode was = base.get(key);
            JsonNode here = mine.get(key);
            JsonNode there = other.get(key);
            if (Objects.equals(here, there) || Objects.equals(was, there)) {
                put(merged, key, here);
            } else if (Objects.equals(was, here)) {
                put(merged, key, there);
            } else if (here != null && there != null) {
                Optional<JsonNode> both = merged(was == null ? MAPPER.createObjectNode() : was, here, there);
                if (both.isEmpty()) {
                    return both;
                }
                put(merged, key, both.get());
            } else {
                return Optional.empty(); // one has taken away what the other one has changed
            }
        }
        return Optional.of(merged);
    }

    private static void put(ObjectNode to, String key, @Nullable JsonNode value) {
        if (value != null) {
            to.set(key, value);
        }
    }
}
