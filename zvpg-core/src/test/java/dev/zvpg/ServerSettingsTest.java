package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.storage.MemoryStorage;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StorageFeature;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The settings of servers whose branch or clone is there already, and of the first branch. */
class ServerSettingsTest extends DomainGround {

    private final MemoryStorage storage = MemoryStorage.with(StorageFeature.ATOMIC_SNAPSHOT);

    @Override
    protected Storage openStorage() {
        return storage.reopen();
    }

    private static Map<String, String> settings(RunningServer server) {
        return Launched.fake(server).spec().settings();
    }

    private static boolean isOriginal(WorkingCopy copy) {
        return Launched.fake(copy.start()).spec().original();
    }

    @Test
    void changedSettingsHoldFromTheNextStartOnAndOutliveAReset() {
        Snapshot v1 = main().snapshot("v1", "");
        assertThat(main().configure(o -> o.setting("wal_level", "logical").setting("work_mem", "1MB")))
                .isFalse();
        assertThat(settings(main().start())).isEqualTo(Map.of("wal_level", "logical", "work_mem", "1MB"));

        assertThat(main().configure(o -> o.setting("WORK_MEM", "2MB").reset("Wal_Level")))
                .isTrue();
        assertThat(main().settings()).isEqualTo(Map.of("WORK_MEM", "2MB"));
        assertThat(settings(main().restart())).isEqualTo(Map.of("WORK_MEM", "2MB"));

        main().resetTo(v1);
        assertThat(v1.branch("feature").settings()).isEmpty();
        reopen();
        assertThat(main().settings()).isEqualTo(Map.of("WORK_MEM", "2MB"));
    }

    @Test
    void theSettingsOfACloneAreChangedToo() {
        Clone trial = main().snapshot("v1", "").clone("trial", o -> o.setting("a", "1"));
        trial.configure(o -> o.setting("b", "2"));
        assertThat(settings(trial.start())).isEqualTo(Map.of("a", "1", "b", "2"));
    }

    @Test
    void aSettingThatNoServerMayHaveIsRefusedAndNothingChanges() {
        main().configure(o -> o.setting("work_mem", "1MB"));
        assertThatThrownBy(() -> main().configure(o -> o.reset("work_mem").setting("port", "1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("port");
        assertThat(main().settings()).isEqualTo(Map.of("work_mem", "1MB"));
    }

    @Test
    void aBranchWhoseServerRunsInAnotherContainerIsToldToNeedARestart() {
        launcher.runsElsewhere(main().dataDirectory());
        assertThat(main().configure(o -> o.setting("work_mem", "1MB"))).isTrue();
        launcher.nothingRunsElsewhere();
    }

    @Test
    void theFirstBranchBeginsWithTheSettingsOfInit() {
        repo.destroy();
        repo = zvpg().setting("wal_level", "logical").init();
        assertThat(settings(main().start())).isEqualTo(Map.of("wal_level", "logical"));
    }

    @Test
    void initWithASettingThatNoServerMayHaveMakesNothing() {
        repo.destroy();
        assertThatThrownBy(() -> zvpg().setting("port", "1").init()).isInstanceOf(IllegalArgumentException.class);
        assertThat(home()).doesNotExist();
        repo = zvpg().init();
    }

    @Test
    void theFirstBranchAloneIsNoCopyAndStaysThatWhateverItIsCalledAndResetTo() {
        Snapshot v1 = main().snapshot("v1", "");
        assertThat(isOriginal(main())).isTrue();
        assertThat(isOriginal(v1.branch("feature"))).isFalse();
        assertThat(isOriginal(v1.clone("trial"))).isFalse();

        main().resetTo(v1);
        main().rename("trunk");
        repo.branch("trunk").merge(repo.branch("feature"));
        assertThat(isOriginal(repo.branch("trunk"))).isTrue();
    }
}
