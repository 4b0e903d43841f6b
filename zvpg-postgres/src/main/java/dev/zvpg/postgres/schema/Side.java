package dev.zvpg.postgres.schema;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One of the two that are compared: what its catalogs say, and what that is called when it is compared. */
record Side(Schema schema, Tokens tokens) {

    /** Its objects that are told, by what they are called. */
    Map<String, Entry> byToken() {
        Map<String, Entry> byToken = new HashMap<>();
        schema.entries().stream()
                .filter(Entry::isTold)
                .forEach(entry -> byToken.put(tokens.of(entry.address()), entry));
        return byToken;
    }

    /** What an entry says about something; empty when it says nothing. */
    String token(@Nullable Entry entry, String aspect) {
        Value value = entry == null ? null : entry.value(aspect);
        return value == null ? "" : "=" + tokens.of(value);
    }
}
