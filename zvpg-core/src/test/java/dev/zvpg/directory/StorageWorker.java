package dev.zvpg.directory;

import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StorageWalk;
import java.nio.file.Path;

/**
 * The main class of a process that walks over a storage and tells each step, before and after. Confined to one thread.
 */
final class StorageWorker {

    static final String BEGUN = "begun ";
    static final String DONE = "done ";

    private StorageWorker() {}

    /**
     * Walks.
     *
     * @param arguments the storage's directory, its method, the walk's seed, its prefix, the number of steps
     */
    @SuppressWarnings("SystemOut") // the test reads it
    public static void main(String[] arguments) {
        StorageWalk walk = new StorageWalk(Long.parseLong(arguments[2]), arguments[3]);
        int steps = Integer.parseInt(arguments[4]);
        try (Storage storage = DirectoryStorage.at(Path.of(arguments[0]), CopyMethod.valueOf(arguments[1]))
                .open()) {
            for (int i = 0; i < steps; i++) {
                StorageWalk.Step step = walk.next();
                System.out.println(BEGUN + i);
                step.onStorage().run(storage);
                System.out.println(DONE + i);
                step.onModel().run();
            }
        }
    }
}
