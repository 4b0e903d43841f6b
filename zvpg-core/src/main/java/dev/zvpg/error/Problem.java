package dev.zvpg.error;

/**
 * Something that is wrong with a repository, or will be soon, or that one should know of.
 *
 * <p>Immutable.
 *
 * @param what what was found, and where
 * @param advice what to do about it
 */
public record Problem(String what, String advice) {

    @Override
    public String toString() {
        return what + "; " + advice;
    }
}
