package dev.zvpg.zfs;

import dev.zvpg.RemotesContract;
import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.storage.Storage;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** From a real kernel module to plain directories and back. */
@NeedsPool
class RemotesOnZfsIT extends RemotesContract {

    private final TestPool pool = new TestPool();

    /** After the contract has closed its repositories. */
    @RegisterExtension
    final AfterEachCallback cleanUp = context -> pool.close();

    @TempDir
    Path plain;

    @Override
    protected Storage openStorage(String name) {
        return name.equals("theirs")
                ? pool.open()
                : DirectoryStorage.at(plain.resolve(name)).open();
    }
}
