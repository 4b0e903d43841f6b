package dev.zvpg.error;

import org.jspecify.annotations.Nullable;

/**
 * The root of every condition that a caller can act on. A message says what failed, on what, why, and what to do next; it
 * never contains a secret.
 *
 * <p>Immutable.
 */
public abstract sealed class ZvpgException extends RuntimeException
        permits AlreadyExistsException,
                ConfigurationException,
                DivergedException,
                InUseException,
                NotFoundException,
                OutOfSpaceException,
                PermissionException,
                ServerException,
                StorageException {

    private static final long serialVersionUID = 1L;

    ZvpgException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
