package dev.zvpg.storage;

import java.util.List;

/** A fresh memory for a {@link MemoryStorage}. Thread-safe. */
final class MemoryGround implements Ground {

    private static final String FOREIGN = "foreign";

    private final MemoryStorage first;

    MemoryGround(StorageFeature... features) {
        this.first = MemoryStorage.with(features);
    }

    @Override
    public Storage open() {
        return first.reopen();
    }

    @Override
    public String putForeign() {
        first.putForeign(FOREIGN);
        return FOREIGN;
    }

    @Override
    public boolean foreignIsUntouched() {
        return first.foreign().contains(FOREIGN);
    }

    @Override
    public boolean isEmpty() {
        return first.isEmpty();
    }

    /** No other process can see this memory, so a thread is one. */
    @Override
    public OtherProcess start(List<String> work) {
        return new MemoryProcess(first.reopen(), work);
    }

    @Override
    public void close() {
        first.close();
    }
}
