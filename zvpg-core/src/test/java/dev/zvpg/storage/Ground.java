package dev.zvpg.storage;

import java.io.IOException;
import java.util.List;

/** An empty place for a storage, for one test. */
public interface Ground extends AutoCloseable {

    /**
     * Opens the storage in this place; the second time, the same storage once more.
     *
     * @return a new instance
     */
    Storage open();

    /**
     * Puts something into the place that is not the storage's own.
     *
     * @return what the storage's listing must call it
     */
    String putForeign();

    /**
     * Looks after it.
     *
     * @return whether it is still as it was
     */
    boolean foreignIsUntouched();

    /**
     * Looks past the storage at what lies in the place once everything was destroyed, drafts as well.
     *
     * @return whether that is what lies there after {@link #open} in an empty place
     */
    boolean isEmpty();

    /**
     * Starts another process, which opens the storage in this place and gives it to {@link StorageWork#run}. Where there
     * is a real one, that is a {@link ChildJvm} with a main class of five lines.
     *
     * @param work what it is to do
     * @return the process, which the test closes
     */
    OtherProcess start(List<String> work) throws IOException;

    /** Removes everything, once the storages are closed. */
    @Override
    void close();
}
