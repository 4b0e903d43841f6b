package dev.zvpg.internal.engine;

import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.SnapshotKey;

/** What can be compared. */
public sealed interface Revision {

    /** What a snapshot holds. */
    record OfSnapshot(SnapshotKey key) implements Revision {}

    /** What a branch or a clone holds now, saved or not. */
    record OfCopy(CopyKey key) implements Revision {}

    /** What a scratch clone holds now. */
    record OfScratch(Scratch scratch) implements Revision {}
}
