package dev.zvpg.config;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.server.ServerLauncher;

/**
 * Finds the installation that a {@link Configuration} means. Found with {@link java.util.ServiceLoader}; code that has
 * an installation at hand passes it to {@link dev.zvpg.Zvpg#postgres} and needs none of this.
 *
 * <p>Implementations are thread-safe.
 */
public interface LauncherProvider {

    /**
     * Finds the installation in {@link Configuration#postgresBin()}, or the best one where that says nothing.
     *
     * @param configuration which one to find
     * @return the installation
     * @throws ConfigurationException when it is not there, or there is none at all
     */
    ServerLauncher launcher(Configuration configuration);
}
