package dev.zvpg.zfs;

import dev.zvpg.error.ZvpgException;
import dev.zvpg.storage.Storage;

/** The main class of a process that opens a storage and says what came of it. Confined to one thread. */
final class OpenStorage {

    private OpenStorage() {}

    /**
     * Opens it.
     *
     * @param arguments the storage's dataset
     */
    @SuppressWarnings("SystemOut") // the test reads it
    public static void main(String[] arguments) {
        try (Storage storage = ZfsStorage.dataset(arguments[0]).open()) {
            System.out.println("opened " + storage);
        } catch (ZvpgException e) {
            System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }
}
