package dev.zvpg.examples.cli;

/** Something would have deleted work that is nowhere else, and nobody said yes. Immutable. */
final class NotConfirmedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NotConfirmedException(String message) {
        super(message);
    }
}
