package dev.zvpg.examples.bench;

import dev.zvpg.examples.bench.report.Samples;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What each contender took. */
final class Timings {

    private final Map<String, Samples> samples = new LinkedHashMap<>();

    Timings(List<? extends Contender> contenders) {
        contenders.forEach(contender -> samples.put(contender.name(), new Samples(contender.name())));
    }

    Samples of(String contender) {
        return Objects.requireNonNull(samples.get(contender), contender);
    }

    double median(String contender) {
        return of(contender).median();
    }

    Collection<Samples> all() {
        return samples.values();
    }
}
