package dev.zvpg.directory;

import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StorageContract;
import dev.zvpg.storage.TreeText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A fresh directory for a {@link DirectoryStorage}. Thread-safe. */
final class DirectoryGround implements StorageContract.Ground {

    private final Path directory;
    private final CopyMethod method;

    /**
     * Makes the directory.
     *
     * @param parent what to make it in
     */
    DirectoryGround(Path parent, CopyMethod method) {
        try {
            this.directory = Files.createTempDirectory(parent, "zvpg-storage-test-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.method = method;
    }

    /** Where the storage is; beside it there is room for the test. */
    Path place() {
        return directory.resolve("storage");
    }

    @Override
    public Storage open() {
        return DirectoryStorage.at(place(), method).open();
    }

    @Override
    public String putForeign() {
        TreeText.write(place(), "volumes/foreign/file", "somebody else's");
        return "volumes/foreign";
    }

    @Override
    public boolean foreignIsUntouched() {
        return TreeText.read(place().resolve("volumes/foreign")).toString().equals("{file=somebody else's}");
    }

    @Override
    public void close() {
        try {
            OpenDirectory.deleteTree(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
