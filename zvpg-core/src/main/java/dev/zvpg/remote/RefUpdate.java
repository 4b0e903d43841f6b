package dev.zvpg.remote;

import java.util.Optional;

/**
 * What became of one ref.
 *
 * <p>Immutable.
 *
 * @param ref what was to move: {@code origin/main} of a fetch, {@code main} of a push
 * @param status what became of it
 * @param before the identity of the snapshot that it was at; empty when it was not there
 * @param after the identity of the snapshot that it is at now; empty when it is not there
 * @param reason why it was rejected and what to do next; empty when it was not
 */
public record RefUpdate(String ref, Status status, Optional<String> before, Optional<String> after, String reason) {

    /** What becomes of a ref. */
    public enum Status {
        /** It moved, or was made. */
        UPDATED,
        /** It was there already. */
        UP_TO_DATE,
        /** It has snapshots that what was pushed does not follow; nothing has changed. */
        REJECTED_DIVERGED,
        /** The server of the branch runs there, and would lose its data directory; nothing has changed. */
        REJECTED_RUNNING,
        /** The branch holds work there that no snapshot has; nothing has changed. */
        REJECTED_DIRTY,
        /** Somebody else has moved it since it was looked at; nothing has changed. */
        REJECTED_STALE;

        /**
         * Tells whether the ref stayed where it was against what was asked for.
         *
         * @return true for the last four
         */
        public boolean isRejected() {
            return this != UPDATED && this != UP_TO_DATE;
        }
    }
}
