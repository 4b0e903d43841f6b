package dev.zvpg.internal.catalog;

import dev.zvpg.option.BranchOptions;
import dev.zvpg.option.CloneOptions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** A branch or clone that is to be made. Immutable. */
public record CopyRequest(
        CopyRecord.Kind kind,
        String name,
        OptionalInt port,
        Map<String, String> settings,
        Optional<Duration> timeToLive,
        boolean isProtected,
        boolean isDerived) {

    public static CopyRequest branch(String name, BranchOptions options) {
        return new CopyRequest(
                CopyRecord.Kind.BRANCH,
                RefName.branch(name),
                options.port(),
                options.settings(),
                Optional.empty(),
                false,
                false);
    }

    public static CopyRequest clone(String name, CloneOptions options) {
        return new CopyRequest(
                CopyRecord.Kind.CLONE,
                RefName.clone(name),
                options.port(),
                options.settings(),
                options.timeToLive(),
                options.isProtected(),
                false);
    }

    /** The same for one whose history is not to leave the repository with it. */
    public CopyRequest derived() {
        return new CopyRequest(kind, name, port, settings, timeToLive, isProtected, true);
    }

    /** In words, for messages. */
    public String words() {
        return kind.word() + " " + name;
    }
}
