package dev.zvpg.server;

import java.util.Objects;
import java.util.Properties;

/**
 * Who connects to a server of the repository, and with which password.
 *
 * <p>Immutable.
 *
 * @param user the role, a superuser
 * @param password its password; never part of {@link #toString()}
 */
public record Credentials(String user, String password) {

    /** Checks that both are there. */
    public Credentials {
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(password, "password");
    }

    /**
     * Returns the user and the password as JDBC connection properties.
     *
     * @return new properties {@code user} and {@code password}
     */
    public Properties asProperties() {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        return properties;
    }

    @Override
    public String toString() {
        return "Credentials[user=" + user + ", password=***]";
    }
}
