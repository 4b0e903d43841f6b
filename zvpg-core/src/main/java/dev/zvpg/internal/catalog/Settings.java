package dev.zvpg.internal.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.TreeMap;

/** Server settings as one attribute. Thread-safe. */
public final class Settings {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<TreeMap<String, String>> MAP = new TypeReference<>() {};

    private Settings() {}

    /**
     * Reads what {@link #format} wrote.
     *
     * @throws IllegalArgumentException when it is something else
     */
    static Map<String, String> parse(String json) {
        try {
            return JSON.readValue(json, MAP);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("these server settings are not JSON: " + json, e);
        }
    }

    public static String format(Map<String, String> settings) {
        try {
            return JSON.writeValueAsString(new TreeMap<>(settings));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("server settings cannot be written as JSON", e);
        }
    }
}
