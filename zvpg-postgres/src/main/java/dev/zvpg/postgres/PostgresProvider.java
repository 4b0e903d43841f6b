package dev.zvpg.postgres;

import dev.zvpg.config.Configuration;
import dev.zvpg.config.LauncherProvider;
import dev.zvpg.error.ConfigurationException;

/**
 * The PostgreSQL that a configuration means: the one in its {@code postgresBin}; else {@link Postgres#onPath()}, and
 * where nothing is installed {@link Postgres#embedded()}. For {@link java.util.ServiceLoader}.
 *
 * <p>Immutable, and so thread-safe.
 */
public final class PostgresProvider implements LauncherProvider {

    /** For the service loader. */
    public PostgresProvider() {}

    @Override
    public Postgres launcher(Configuration configuration) {
        Postgres postgres = configuration.postgresBin().map(Postgres::in).orElseGet(PostgresProvider::best);
        return configuration.startTimeout().map(postgres::startTimeout).orElse(postgres);
    }

    private static Postgres best() {
        try {
            return Postgres.onPath();
        } catch (ConfigurationException notInstalled) {
            try {
                return Postgres.embedded();
            } catch (ConfigurationException noneOnTheClassPath) {
                notInstalled.addSuppressed(noneOnTheClassPath);
                throw notInstalled;
            }
        }
    }
}
