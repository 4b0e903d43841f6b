package dev.zvpg.postgres.junit;

import dev.zvpg.option.PoolOptions;
import dev.zvpg.postgres.Postgres;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Holds what all test classes of one run share: open repositories, and a source of clones for each key. Thread-safe.
 */
final class TestRun implements AutoCloseable {

    static final Namespace NAMESPACE = Namespace.create(ZvpgExtension.class);

    private record Place(Path cache, Path binDirectory, String user) {}

    private record SourceId(Place place, String key, PoolOptions pool, boolean keep) {}

    private final Map<Place, PreparedSnapshots> places = new HashMap<>();
    private final Map<SourceId, CloneSource> sources = new HashMap<>();

    /** To find an installation takes longer than to lease a clone. */
    private final Map<Options, CloneSource> known = new HashMap<>();

    /** Returns the one of this run; JUnit closes it when the last test has ended. */
    static TestRun of(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(TestRun.class, type -> new TestRun(), TestRun.class);
    }

    synchronized CloneSource source(Options options, ExtensionContext context) {
        return known.computeIfAbsent(options, absent -> find(options, context));
    }

    private CloneSource find(Options options, ExtensionContext context) {
        Postgres postgres = options.postgresFor(context);
        Place place = new Place(options.cacheFor(context, postgres), postgres.binDirectory(), postgres.user());
        SourceId id = new SourceId(place, options.key(), options.pool(), options.keepFor(context));
        return sources.computeIfAbsent(
                id, absent -> new CloneSource(options, id.keep(), () -> snapshots(place, postgres)));
    }

    private synchronized PreparedSnapshots snapshots(Place place, Postgres postgres) throws Exception {
        PreparedSnapshots open = places.get(place);
        if (open == null) {
            open = PreparedSnapshots.open(place.cache(), postgres);
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
