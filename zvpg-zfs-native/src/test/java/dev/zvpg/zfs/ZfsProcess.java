package dev.zvpg.zfs;

import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StorageWork;
import java.nio.file.Path;
import java.util.List;

/** The main class of another process that works on a storage. Confined to one thread. */
final class ZfsProcess {

    private ZfsProcess() {}

    /**
     * Works.
     *
     * @param arguments the storage's dataset, where it mounts, and the work
     */
    @SuppressWarnings("SystemOut") // the test reads it
    public static void main(String[] arguments) throws InterruptedException {
        List<String> given = List.of(arguments);
        try (Storage storage = ZfsStorage.dataset(given.get(0), o -> o.mountDirectory(Path.of(given.get(1))))
                .open()) {
            StorageWork.run(storage, given.subList(2, given.size()), System.out::println);
        }
    }
}
