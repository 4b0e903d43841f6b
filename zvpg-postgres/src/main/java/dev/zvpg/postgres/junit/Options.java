package dev.zvpg.postgres.junit;

import dev.zvpg.Database;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.option.PoolOptions;
import dev.zvpg.postgres.Postgres;
import dev.zvpg.postgres.prepared.Preparation;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Holds what was said to a {@link ZvpgExtension}. Immutable. */
record Options(
        String key,
        Preparation preparation,
        @Nullable Postgres postgres,
        @Nullable Path cache,
        String database,
        PoolOptions pool,
        boolean shared,
        boolean keep) {

    static final String POSTGRES = "zvpg.junit.postgres";
    static final String CACHE = "zvpg.junit.cache";
    static final String KEEP = "zvpg.junit.keep";

    static final List<String> NAMES = List.of(POSTGRES, CACHE, KEEP);

    static Options of(String key, Preparation preparation) {
        return new Options(key, preparation, null, null, Database.DEFAULT_DATABASE, PoolOptions.DEFAULT, false, false);
    }

    Options postgres(Postgres other) {
        return new Options(key, preparation, other, cache, database, pool, shared, keep);
    }

    Options cache(Path other) {
        return new Options(key, preparation, postgres, other, database, pool, shared, keep);
    }

    Options database(String other) {
        return new Options(key, preparation, postgres, cache, other, pool, shared, keep);
    }

    Options pool(PoolOptions other) {
        return new Options(key, preparation, postgres, cache, database, other, shared, keep);
    }

    Options share() {
        return new Options(key, preparation, postgres, cache, database, pool, true, keep);
    }

    Options keepOnFailure() {
        return new Options(key, preparation, postgres, cache, database, pool, shared, true);
    }

    /** Finds the installation to use in a run: who starts the tests has the last word. */
    Postgres postgresFor(Parameters parameters) {
        Optional<String> named = parameters.get(POSTGRES);
        if (named.isPresent()) {
            Postgres chosen = switch (named.get().toLowerCase(Locale.ROOT)) {
                case "embedded" -> Postgres.embedded();
                case "path" -> Postgres.onPath();
                default -> Postgres.in(Path.of(named.get()));
            };
            // another installation, for the same tests
            return postgres == null ? chosen : chosen.clusters(o -> postgres.clusters());
        }
        return postgres != null ? postgres : whatIsThere();
    }

    /** Looks for embedded binaries first: they come with the build and are the same everywhere. */
    private static Postgres whatIsThere() {
        try {
            return Postgres.embedded();
        } catch (ConfigurationException notEmbedded) {
            try {
                return Postgres.onPath();
            } catch (ConfigurationException e) {
                e.addSuppressed(notEmbedded);
                throw e;
            }
        }
    }

    Path cacheFor(Parameters parameters, Postgres server) {
        return parameters
                .get(CACHE)
                .map(Path::of)
                .or(() -> Optional.ofNullable(cache))
                .orElseGet(() -> server.cacheDirectory("prepared"))
                .toAbsolutePath()
                .normalize();
    }

    boolean keepFor(Parameters parameters) {
        return parameters.get(KEEP).map(Boolean::parseBoolean).orElse(keep);
    }
}
