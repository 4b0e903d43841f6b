package dev.zvpg;

import dev.zvpg.storage.StoredSnapshot;
import dev.zvpg.storage.StoredVolume;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The space that all branches, clones and snapshots of a repository take together. A figure is empty where the storage does
 * not tell it.
 *
 * <p>Immutable.
 *
 * @param usedBytes the bytes that only one of them refers to: the sum of what comes free when each goes alone
 * @param referencedBytes the bytes that they would take if they shared nothing: the sum of what each refers to
 * @param sharedBytes the part of {@code referencedBytes} that is shared, counted once for each that shares it
 */
public record Space(OptionalLong usedBytes, OptionalLong referencedBytes, OptionalLong sharedBytes) {

    static Space of(Catalog catalog) {
        List<StoredVolume> volumes = Stream.concat(
                        catalog.copies().stream().map(CopyRecord::volume), catalog.unreferenced().stream())
                .toList();
        List<StoredSnapshot> snapshots =
                catalog.snapshots().stream().map(SnapshotRecord::stored).toList();
        OptionalLong used = sum(Stream.concat(
                volumes.stream().map(StoredVolume::usedBytes),
                snapshots.stream().map(StoredSnapshot::usedBytes)));
        OptionalLong referenced = sum(Stream.concat(
                volumes.stream().map(StoredVolume::referencedBytes),
                snapshots.stream().map(StoredSnapshot::referencedBytes)));
        return new Space(
                used,
                referenced,
                used.isPresent() && referenced.isPresent()
                        ? OptionalLong.of(referenced.getAsLong() - used.getAsLong())
                        : OptionalLong.empty());
    }

    /** Empty when one is unknown: the sum of some would be taken for that of all. */
    private static OptionalLong sum(Stream<OptionalLong> figures) {
        return figures.reduce(
                OptionalLong.of(0),
                (sum, next) -> sum.isPresent() && next.isPresent()
                        ? OptionalLong.of(sum.getAsLong() + next.getAsLong())
                        : OptionalLong.empty());
    }
}
