package dev.zvpg.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.storage.MemoryStorage.Moment;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract, and the crashes on demand, of the storage in memory. */
abstract class MemoryStorageContract extends StorageContract {

    private final StorageFeature[] features;

    MemoryStorageContract(StorageFeature... features) {
        this.features = features;
    }

    @Override
    protected Ground newGround() {
        return new MemoryGround(features);
    }

    private static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @ParameterizedTest
    @EnumSource(Moment.class)
    void aCrashAtAnyMomentLeavesAllOrNothing(Moment moment) {
        MemoryStorage storage = (MemoryStorage) storage();
        mainWith("file", "x");
        storage.hook((verb, target, reached) -> {
            if (verb.equals("snapshot") && reached == moment) {
                throw new Crash();
            }
        });
        assertThatThrownBy(() -> snapshot(MAIN, V1)).isInstanceOf(Crash.class);
        storage.hook(null);

        Storage again = open();
        again.recover(volume -> true);
        assertThat(again.list().snapshots()).hasSize(moment == Moment.AFTER ? 1 : 0);
        if (moment != Moment.AFTER) {
            again.snapshot(MAIN, V1, Map.of(), CopyProgress.NONE);
        }
    }

    @Test
    void whatWasHalfDestroyedIsGone() {
        MemoryStorage storage = (MemoryStorage) storage();
        mainWith("file", "x");
        storage.hook((verb, target, reached) -> {
            if (reached == Moment.HALFWAY) {
                throw new Crash();
            }
        });
        assertThatThrownBy(() -> storage.destroy(MAIN)).isInstanceOf(Crash.class);
        assertThat(open().list().volumes()).isEmpty();
    }
}
