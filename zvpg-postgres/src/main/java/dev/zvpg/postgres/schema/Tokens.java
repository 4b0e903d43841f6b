package dev.zvpg.postgres.schema;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes objects and values of one side so that they are equal to the other side's when they mean the same. Confined to
 * one thread.
 */
final class Tokens {

    private final Schema schema;
    private final Set<Address> common;
    private final Optional<Tokens> cluster;
    private final Map<Address, String> known = new HashMap<>();

    /**
     * @param common what both sides have since the common image
     * @param cluster of what is the whole cluster's; empty where that is the same on both sides, or this is that
     */
    Tokens(Schema schema, Set<Address> common, Optional<Tokens> cluster) {
        this.schema = schema;
        this.common = common;
        this.cluster = cluster;
    }

    /** An object: its number where that means the same on both sides, otherwise what identifies it. */
    String of(Address address) {
        String token = known.get(address);
        if (token == null) {
            token = make(address);
            known.put(address, token);
        }
        return token;
    }

    private String make(Address address) {
        if (!address.isUsers() || common.contains(address)) {
            return address.toString();
        }
        Entry entry = schema.find(address);
        if (entry == null) {
            return cluster.isPresent() && cluster.get().schema.find(address) != null
                    ? cluster.get().of(address)
                    : address.isColumn() ? of(address.whole()) + "." + address.column() : address.toString();
        }
        return address.catalog()
                + (address.isColumn() ? " column" : "")
                + entry.key().stream()
                        .map(aspect -> {
                            Value value = entry.value(aspect);
                            return value == null ? "-" : of(value);
                        })
                        .collect(Collectors.joining("\0", "(", ")"));
    }

    String of(Value value) {
        if (value instanceof Value.Text text) {
            return text.text();
        }
        if (value instanceof Value.Secret secret) {
            return secret.digest();
        }
        if (value instanceof Value.Tree tree) {
            return tree.text();
        }
        if (value instanceof Value.References references) {
            return references.to().stream().map(this::of).collect(Collectors.joining("\0")) + "\0"
                    + references.detail();
        }
        return ((Value.Several) value).values().stream().map(this::of).sorted().collect(Collectors.joining("\0"));
    }
}
