package dev.zvpg.directory;

import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StorageWork;
import java.nio.file.Path;
import java.util.List;

/** The main class of another process that works on a storage. Confined to one thread. */
final class DirectoryProcess {

    private DirectoryProcess() {}

    /**
     * Works.
     *
     * @param arguments the storage's directory, its method, and the work
     */
    @SuppressWarnings("SystemOut") // the test reads it
    public static void main(String[] arguments) throws InterruptedException {
        List<String> given = List.of(arguments);
        try (Storage storage = DirectoryStorage.at(Path.of(given.get(0)), CopyMethod.valueOf(given.get(1)))
                .open()) {
            StorageWork.run(storage, given.subList(2, given.size()), System.out::println);
        }
    }
}
