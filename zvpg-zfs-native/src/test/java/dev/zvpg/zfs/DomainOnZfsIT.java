package dev.zvpg.zfs;

import dev.zvpg.DomainContract;
import dev.zvpg.storage.Storage;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the domain promises, on a real kernel module. */
@NeedsPool
class DomainOnZfsIT extends DomainContract {

    private final TestPool pool = new TestPool();

    /** After the contract has closed its repository. */
    @RegisterExtension
    final AfterEachCallback cleanUp = context -> pool.close();

    @Override
    protected Storage openStorage() {
        return pool.open();
    }
}
