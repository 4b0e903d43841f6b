package dev.zvpg.examples.cli.text;

import dev.zvpg.MergeResult;
import dev.zvpg.Snapshot;
import dev.zvpg.merge.MergeReport;
import java.util.Optional;

/**
 * What is told of a merge as JSON. Immutable.
 *
 * @param kind empty when nothing was done, because of conflicts or because it was not meant to be
 */
public record MergeFacts(
        Optional<MergeResult.Kind> kind,
        Optional<String> snapshot,
        Optional<String> before,
        Optional<String> saved,
        MergeReport report) {

    public static MergeFacts of(MergeResult result) {
        return new MergeFacts(
                Optional.of(result.kind()),
                Optional.of(result.snapshot().ref()),
                Optional.of(result.before().ref()),
                result.saved().map(Snapshot::ref),
                result.report());
    }

    /** Returns what is told where nothing was done. */
    public static MergeFacts of(MergeReport report) {
        return new MergeFacts(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), report);
    }
}
