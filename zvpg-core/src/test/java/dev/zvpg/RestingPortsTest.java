package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.storage.MemoryStorage;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StorageFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever goes on connecting to a clone that is deleted does not meet the next one. */
class RestingPortsTest extends DomainGround {

    private final MemoryStorage storage = MemoryStorage.with(StorageFeature.ATOMIC_SNAPSHOT);
    private Snapshot v1;

    @Override
    protected Storage openStorage() {
        return storage.reopen();
    }

    @BeforeEach
    void takeASnapshot() {
        v1 = main().snapshot("v1", "");
    }

    private int port(String clone) {
        return v1.clone(clone).info().port();
    }

    @Test
    void thePortOfADeletedCloneIsNotTheNextOnesNorThatOfABranch() {
        int first = port("a");
        repo.clone("a").delete();
        int second = port("b");
        assertThat(second).isNotEqualTo(first);
        assertThat(v1.branch("feature").info().port()).isNotIn(first, second);

        int third = repo.branch("feature").info().port();
        repo.branch("feature").discard();
        assertThat(v1.branch("feature").info().port()).isNotIn(first, second, third);
    }

    @Test
    void anotherProcessLetsItRestToo() {
        int first = port("a");
        repo.clone("a").delete();
        v1 = reopen().snapshot("v1");
        assertThat(port("b")).isNotEqualTo(first);
    }

    @Test
    void aPortThatTheCallerChoseRestsAsWell() {
        v1.clone("a", o -> o.port(6001));
        repo.clone("a").delete();
        assertThat(port("b")).isNotEqualTo(6001);
    }

    @Test
    void theOneThatRestsLongestIsGivenOutWhereNoOtherIsFree() {
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            ports.add(port("clone-" + i));
        }
        repo.clone("clone-3").delete();
        repo.clone("clone-1").delete();
        assertThat(port("x")).isEqualTo(ports.get(3));
        assertThat(port("y")).isEqualTo(ports.get(1));
    }

    @Test
    void aPortReturnsWhenHalfOfTheRangeWasFreedAfterIt() {
        int first = port("a");
        repo.clone("a").delete();
        for (int i = 0; i < 5; i++) {
            assertThat(port("clone-" + i)).isNotEqualTo(first);
            repo.clone("clone-" + i).delete();
        }
        assertThat(port("b")).isEqualTo(first);
    }

    @Test
    void whereTheFileIsDamagedNothingRestsAndEverythingWorks() throws IOException {
        int first = port("a");
        repo.clone("a").delete();
        Files.writeString(home().resolve("locks").resolve("ports"), "99999\nx\n\n-1");
        assertThat(port("b")).isEqualTo(first);
        repo.clone("b").delete();
        assertThat(port("c")).isNotEqualTo(first);
    }

    @Test
    void scratchClonesHaveTheUpperHalfAsLongAsThereIsRoom() {
        for (int i = 0; i < 12; i++) {
            assertThat(v1.scratch().server().port()).isGreaterThanOrEqualTo(6005);
        }
        for (int port = 6005; port <= 6009; port++) {
            launcher.portTaken(port);
        }
        assertThat(v1.scratch().server().port())
                .isLessThan(6005)
                .isNotEqualTo(main().info().port());
    }
}
