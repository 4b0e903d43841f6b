package dev.zvpg.directory;

import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.storage.ChildJvm;
import dev.zvpg.storage.Ground;
import dev.zvpg.storage.OtherProcess;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.TreeText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A fresh directory for a {@link DirectoryStorage}. Thread-safe. */
final class DirectoryGround implements Ground {

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
    public boolean isEmpty() {
        return Stream.of("volumes", "snapshots", "drafts")
                .map(place()::resolve)
                .allMatch(directory -> Objects.requireNonNull(directory.toFile().list()).length == 0);
    }

    @Override
    public OtherProcess start(List<String> work) throws IOException {
        return start(List.of(), work);
    }

    /** The same with a wrapper, such as {@code setpriv}. */
    ChildJvm start(List<String> wrapper, List<String> work) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(place().toString(), method.name()));
        arguments.addAll(work);
        return new ChildJvm(wrapper, DirectoryProcess.class, arguments.toArray(String[]::new));
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
