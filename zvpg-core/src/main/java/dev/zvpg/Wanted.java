package dev.zvpg;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** A branch or clone that is to be made. Immutable. */
record Wanted(
        Copy.Kind kind,
        String name,
        OptionalInt port,
        Map<String, String> settings,
        Optional<Duration> timeToLive,
        boolean isProtected) {

    static Wanted branch(String name, BranchOptions options) {
        return new Wanted(
                Copy.Kind.BRANCH, RefName.branch(name), options.port(), options.settings(), Optional.empty(), false);
    }

    static Wanted clone(String name, CloneOptions options) {
        return new Wanted(
                Copy.Kind.CLONE,
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
