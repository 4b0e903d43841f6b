package dev.zvpg.info;

/**
 * A listener's registration; closing it ends it.
 *
 * <p>Thread-safe.
 */
public interface Subscription extends AutoCloseable {

    /** Ends the registration; an event that is being delivered may still arrive. Idempotent. */
    @Override
    void close();
}
