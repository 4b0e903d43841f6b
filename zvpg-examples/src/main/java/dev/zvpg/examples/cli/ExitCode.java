package dev.zvpg.examples.cli;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.DivergedException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.MergeConflictException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.NotMergedException;

/** Says what a command ends with; {@code zvpg --help} lists them. */
final class ExitCode {

    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int NOT_FOUND = 3;
    static final int CONFLICT = 4;
    static final int CONFIGURATION = 5;
    static final int NOT_CONFIRMED = 6;
    static final int PROBLEMS = 7;

    private ExitCode() {}

    static int of(Exception e) {
        if (e instanceof NotFoundException) {
            return NOT_FOUND;
        }
        if (e instanceof AlreadyExistsException
                || e instanceof InUseException
                || e instanceof DivergedException
                || e instanceof MergeConflictException
                || e instanceof NotMergedException) {
            return CONFLICT;
        }
        if (e instanceof ConfigurationException) {
            return CONFIGURATION;
        }
        if (e instanceof NotConfirmedException) {
            return NOT_CONFIRMED;
        }
        return e instanceof IllegalArgumentException ? USAGE : FAILED;
    }
}
