package dev.zvpg.postgres.junit;

import dev.zvpg.option.PoolOptions;
import dev.zvpg.postgres.ClusterOptions;
import dev.zvpg.postgres.Postgres;
import dev.zvpg.postgres.prepared.PreparedSnapshots;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Holds what all test classes of one run share: open repositories, and a source of clones for each key. Thread-safe.
 */
final class TestRun implements AutoCloseable {

    static final Namespace NAMESPACE = Namespace.create(ZvpgExtension.class);

    /**
     * Holds the databases of {@code jdbcUrl()}. It is never closed: contexts that frameworks have cached end with the JVM
     * only, after the last test, and so does what they are connected to.
     */
    static final TestRun OF_THE_JVM = new TestRun();

    static final EndedServers ENDED = new EndedServers();

    private record Place(Path cache, Path binDirectory, String user, ClusterOptions clusters) {}

    private record SourceId(Place place, String key, PoolOptions pool, boolean keep) {}

    /** What was said, in code and by whoever started the tests. */
    private record Said(Options options, List<Optional<String>> parameters) {}

    private final Map<Place, PreparedSnapshots> places = new HashMap<>();
    private final Map<SourceId, CloneSource> sources = new HashMap<>();

    /** To find an installation takes longer than to lease a clone. */
    private final Map<Said, CloneSource> known = new HashMap<>();

    /** Returns the one of this run; JUnit closes it when the last test has ended. */
    static TestRun of(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(TestRun.class, type -> new TestRun(), TestRun.class);
    }

    synchronized CloneSource source(Options options, Parameters parameters) {
        Said said =
                new Said(options, Options.NAMES.stream().map(parameters::get).toList());
        return known.computeIfAbsent(said, absent -> find(options, parameters));
    }

    private CloneSource find(Options options, Parameters parameters) {
        Postgres postgres = options.postgresFor(parameters);
        Place place = new Place(
                options.cacheFor(parameters, postgres), postgres.binDirectory(), postgres.user(), postgres.clusters());
        SourceId id = new SourceId(place, options.key(), options.pool(), options.keepFor(parameters));
        return sources.computeIfAbsent(
                id, absent -> new CloneSource(options, id.keep(), () -> snapshots(place, postgres)));
    }

    private synchronized PreparedSnapshots snapshots(Place place, Postgres postgres) throws Exception {
        PreparedSnapshots open = places.get(place);
        if (open == null) {
            open = PreparedSnapshots.open(postgres, place.cache());
            places.put(place, open);
        }
        return open;
    }

    @Override
    public synchronized void close() {
        try {
            Closing.all(sources.values());
        } finally {
            Closing.all(places.values());
        }
    }
}
