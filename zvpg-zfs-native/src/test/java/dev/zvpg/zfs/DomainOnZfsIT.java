package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Clone;
import dev.zvpg.DomainContract;
import dev.zvpg.Snapshot;
import dev.zvpg.error.Problem;
import dev.zvpg.info.CloneInfo;
import dev.zvpg.server.ServerState;
import dev.zvpg.storage.Storage;
import dev.zvpg.zfs.binding.Mounts;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the domain promises, on a real kernel module. */
@NeedsPool
@Order(0) // takes longest
class DomainOnZfsIT extends DomainContract {

    private final TestPool pool = new TestPool();

    /** After the contract has closed its repository. */
    @RegisterExtension
    final AfterEachCallback cleanUp = context -> pool.close();

    @Override
    protected Storage openStorage() {
        return pool.open();
    }

    @Test
    void whoOnlyLooksMountsNothing() {
        Snapshot v1 = repo.branch("main").snapshot("v1", "");
        Clone trial = v1.clone("trial");
        trial.start();
        trial.stop();
        Mounts.list().stream() // as after a reboot
                .filter(this::isOurs)
                .forEach(mount -> Mounts.unmount(mount.directory()));

        assertThat(repo.status().clones()).extracting(CloneInfo::name).containsExactly("trial");
        assertThat(repo.doctor()).extracting(Problem::what).noneMatch(what -> what.contains("missing"));
        assertThat(repo.branches()).hasSize(1);
        assertThat(v1.info().name()).isEqualTo("v1");
        assertThat(trial.info().state()).isEqualTo(ServerState.STOPPED);
        assertThat(trial.findServer()).isEmpty();
        repo.branch("main").log();
        repo.graph();
        reopen();

        assertThat(Mounts.list()).noneMatch(this::isOurs);
        assertThat(repo.clone("trial").start().isRunning()).isTrue();
        assertThat(Mounts.list()).filteredOn(this::isOurs).hasSize(1);
    }

    private boolean isOurs(Mounts.Mount mount) {
        return mount.dataset().startsWith(pool.dataset());
    }
}
