package dev.zvpg.server;

/**
 * Something in a copied data directory that belonged to the original or could have reached out of the copy.
 *
 * <p>Immutable.
 *
 * @param what what was found, such as {@code postmaster.pid of the original server}
 * @param action what was done about it, such as {@code removed}
 */
public record Finding(String what, String action) {

    @Override
    public String toString() {
        return what + ": " + action;
    }
}
