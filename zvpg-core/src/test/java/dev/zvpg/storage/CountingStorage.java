package dev.zvpg.storage;

import dev.zvpg.diff.Changes;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * A storage that counts how often it is listed, and how often it is asked where something is, which may mount it.
 *
 * <p>Thread-safe.
 */
public final class CountingStorage implements Storage {

    private final Storage real;
    private final AtomicInteger listings = new AtomicInteger();
    private final AtomicInteger directories = new AtomicInteger();
    private final AtomicInteger foreign = new AtomicInteger();

    /** Counts what is asked of another one. */
    public CountingStorage(Storage real) {
        this.real = real;
    }

    /** How often it was listed since this was asked last. */
    public int listings() {
        return listings.getAndSet(0);
    }

    /** How often it was asked what is not its own since this was asked last. */
    public int foreignAsked() {
        return foreign.getAndSet(0);
    }

    /** How often it was asked for the files of something since this was asked last. */
    public int directories() {
        return directories.getAndSet(0);
    }

    @Override
    public Set<StorageFeature> features() {
        return real.features();
    }

    @Override
    public Draft create(VolumeId volume) {
        return real.create(volume);
    }

    @Override
    public Draft clone(SnapshotId snapshot, VolumeId volume, CopyProgress progress) {
        return real.clone(snapshot, volume, progress);
    }

    @Override
    public Draft copy(VolumeId volume, SnapshotId snapshot, CopyProgress progress) {
        return real.copy(volume, snapshot, progress);
    }

    @Override
    public void snapshot(VolumeId volume, SnapshotId snapshot, Map<String, String> attributes, CopyProgress progress) {
        real.snapshot(volume, snapshot, attributes, progress);
    }

    @Override
    public void update(List<AttributeChange> changes) {
        real.update(changes);
    }

    @Override
    public void destroy(VolumeId volume, List<AttributeChange> inTheSameStep) {
        real.destroy(volume, inTheSameStep);
    }

    @Override
    public void destroy(SnapshotId snapshot, List<AttributeChange> inTheSameStep) {
        real.destroy(snapshot, inTheSameStep);
    }

    @Override
    public Listing list() {
        listings.incrementAndGet();
        return real.list();
    }

    @Override
    public List<String> foreign() {
        foreign.incrementAndGet();
        return real.foreign();
    }

    @Override
    public Changes changes(SnapshotId image, VolumeId volume) {
        return real.changes(image, volume);
    }

    @Override
    public List<StoredDraft> drafts() {
        return real.drafts();
    }

    @Override
    public Path location(VolumeId volume) {
        return real.location(volume);
    }

    @Override
    public Path directory(VolumeId volume) {
        directories.incrementAndGet();
        return real.directory(volume);
    }

    @Override
    public Path directory(SnapshotId snapshot) {
        directories.incrementAndGet();
        return real.directory(snapshot);
    }

    @Override
    public void recover(Predicate<VolumeId> mayGo) {
        real.recover(mayGo);
    }

    @Override
    public void close() {
        real.close();
    }

    @Override
    public String toString() {
        return real.toString();
    }
}
