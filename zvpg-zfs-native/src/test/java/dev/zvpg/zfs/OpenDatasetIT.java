package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.InUseException;
import dev.zvpg.storage.Storage;
import dev.zvpg.zfs.binding.Mounts;
import dev.zvpg.zfs.binding.OpenDataset;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A dataset that is open without being mounted, on a real kernel module. */
@NeedsPool
class OpenDatasetIT {

    private final TestPool pool = new TestPool();

    @AfterEach
    void leaveNothing() {
        pool.close();
    }

    @Test
    void itIsOpenAndMountedNowhereUntilItIsClosed() {
        pool.lzc().create(pool.dataset(), Map.of());
        try (OpenDataset open = OpenDataset.of(pool.dataset());
                OpenDataset again = OpenDataset.of(pool.dataset())) {
            assertThat(open.isOpen()).isTrue();
            assertThat(again.isOpen()).isTrue();
            assertThat(Mounts.list()).noneMatch(mount -> mount.dataset().equals(pool.dataset()));
            assertThatThrownBy(() -> pool.lzc().destroy(pool.dataset())).isInstanceOf(InUseException.class);
        }
        pool.lzc().destroy(pool.dataset());
        assertThat(pool.lzc().exists(pool.dataset())).isFalse();
    }

    @Test
    void whatCannotBeOpenedIsNotAndThatIsNoError() {
        try (OpenDataset missing = OpenDataset.of(pool.dataset())) {
            assertThat(missing.isOpen()).isFalse();
        }
    }

    @Test
    void aDatasetThatIsMountedForWritingIsListedAllTheSame() {
        try (Storage storage = pool.open()) {
            Mounts.mount(pool.dataset(), pool.mounts());
            assertThat(storage.list().volumes()).isEmpty();
        }
    }
}
