package dev.zvpg;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** A branch or clone that is to be made. Immutable. */
record CopyRequest(
        CopyRecord.Kind kind,
        String name,
        OptionalInt port,
        Map<String, String> settings,
        Optional<Duration> timeToLive,
        boolean isProtected) {

    static CopyRequest branch(String name, BranchOptions options) {
        return new CopyRequest(
                CopyRecord.Kind.BRANCH,
                RefName.branch(name),
                options.port(),
                options.settings(),
                Optional.empty(),
                false);
    }

    static CopyRequest clone(String name, CloneOptions options) {
        return new CopyRequest(
                CopyRecord.Kind.CLONE,
                RefName.clone(name),
                options.port(),
                options.settings(),
                options.timeToLive(),
                options.isProtected());
    }

    /** In words, for messages. */
    String words() {
        return kind.word() + " " + name;
    }
}
