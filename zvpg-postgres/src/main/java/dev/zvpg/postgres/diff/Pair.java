package dev.zvpg.postgres.diff;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is the same thing on two sides, or only on one. Immutable.
 *
 * @param <T> such as tables
 */
record Pair<T>(@Nullable T before, @Nullable T after) {

    /**
     * Pairs things by the identity that they have had since the common image, and what is left by name: two servers that
     * went on from one image give the same identity to different things, and what was dropped may have come again.
     */
    static <T> List<Pair<T>> of(
            List<T> before, List<T> after, List<T> base, Function<T, ?> identity, Function<T, String> name) {
        Set<?> common = base.stream().map(identity).collect(Collectors.toSet());
        Map<Object, T> byIdentity = after.stream()
                .filter(one -> common.contains(identity.apply(one)))
                .collect(Collectors.toMap(identity, Function.identity()));
        Map<T, T> partners = new LinkedHashMap<>();
        for (T one : before) {
            T same = common.contains(identity.apply(one)) ? byIdentity.get(identity.apply(one)) : null;
            if (same != null) {
                partners.put(one, same);
            }
        }
        Map<String, T> byName = after.stream()
                .filter(one -> !partners.containsValue(one))
                .collect(Collectors.toMap(name, Function.identity()));
        List<Pair<T>> pairs = new ArrayList<>();
        for (T one : before) {
            T same = partners.get(one);
            pairs.add(new Pair<>(one, same != null ? same : byName.remove(name.apply(one))));
        }
        after.stream().filter(byName::containsValue).forEach(one -> pairs.add(new Pair<>(null, one)));
        return pairs;
    }

    T either() {
        return Objects.requireNonNull(after == null ? before : after);
    }
}
