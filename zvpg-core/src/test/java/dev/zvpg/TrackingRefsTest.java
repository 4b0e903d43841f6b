package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.error.InUseException;
import dev.zvpg.info.SnapshotInfo;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.Provenance;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Snapshots that other repositories have as well, as their attributes say. */
class TrackingRefsTest extends DomainGround {

    @Override
    protected Storage openStorage() {
        return DirectoryStorage.at(directory.resolve("storage")).open();
    }

    /** Leaves a snapshot to which no branch of this repository leads. */
    private Snapshot leave(Map<String, String> attributes) {
        main().snapshot("v1", "");
        Branch theirs = main().branch("theirs");
        Snapshot image = theirs.snapshot("t1", "by somebody else");
        try (Storage storage = openStorage()) {
            storage.update(List.of(AttributeChange.set(new SnapshotId(image.id()), attributes)));
        }
        theirs.discard();
        return image;
    }

    private static Map<String, String> fetched() {
        return Map.of(
                Provenance.REMOTE,
                "origin",
                Provenance.REFS,
                "origin/dev\norigin/main",
                Provenance.TAKEN,
                "2025-01-02T03:04:05Z");
    }

    @Test
    void aSnapshotThatABranchOfARemoteIsAtOutlivesItsBranchWithItsHistory() {
        leave(fetched());
        main().snapshot("v2", "");
        reopen();
        assertThat(repo.snapshots())
                .extracting(Snapshot::ref)
                .containsExactly("main@v1", "origin/theirs@t1", "main@v2");
    }

    @Test
    void itIsWrittenWithItsRemoteAndKeepsItsOwnTime() {
        Snapshot image = leave(fetched());
        SnapshotInfo info = repo.snapshot("origin/theirs@t1").info();
        assertThat(info.id()).isEqualTo(image.id());
        assertThat(info.branch()).isEqualTo("origin/theirs");
        assertThat(info.remoteBranches()).containsExactly("origin/dev", "origin/main");
        assertThat(info.created()).isEqualTo(Instant.parse("2025-01-02T03:04:05Z"));
        assertThat(repo.snapshot("origin/main@latest")).isEqualTo(image);
        assertThat(repo.graph().text()).contains("* origin/theirs@t1 (origin/dev, origin/main) by somebody else");
    }

    @Test
    void moreBranchesThanOneAttributeHoldsAreAtIt() {
        Set<String> refs = IntStream.range(0, 500)
                .mapToObj(i -> "origin/" + "x".repeat(40) + i)
                .collect(Collectors.toSet());
        Map<String, String> attributes = Provenance.refs(refs);
        assertThat(attributes).hasSizeGreaterThan(1);
        assertThat(attributes.keySet()).allMatch(Provenance::isLocal);
        leave(attributes);
        reopen();
        Catalog catalog = repo.operations().context().catalog();
        assertThat(catalog.tracked().keySet()).isEqualTo(refs);
        assertThat(Provenance.refsOf(catalog.tracked().values().iterator().next()))
                .isEqualTo(attributes.keySet());
    }

    @Test
    void itIsDeletedKnowinglyOnly() {
        leave(fetched());
        Snapshot image = repo.snapshot("origin/theirs@t1");
        assertThatThrownBy(image::delete)
                .isInstanceOf(InUseException.class)
                .hasMessageContaining("origin/dev and origin/main is there");
        image.discard();
        assertThat(repo.findSnapshot("origin/theirs@t1")).isEmpty();
    }

    @Test
    void whatACutTransferBroughtStaysForAWeekAndNoLonger() {
        leave(Map.of(Provenance.INCOMING, clock.instant().toString()));
        reopen();
        assertThat(repo.findSnapshot("theirs@t1")).isPresent();
        clock.advance(Duration.ofDays(7));
        reopen();
        assertThat(repo.findSnapshot("theirs@t1")).isEmpty();
    }

    @Test
    void aRepositoryThatIsDestroyedLeavesNothingOfWhatItFetched() {
        leave(fetched());
        repo.destroy();
        try (Storage storage = openStorage()) {
            assertThat(storage.list().snapshots()).isEmpty();
        }
    }
}
