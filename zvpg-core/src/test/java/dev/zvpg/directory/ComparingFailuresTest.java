package dev.zvpg.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.internal.io.Subprocess;
import dev.zvpg.storage.ChildJvm;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StorageWork;
import dev.zvpg.storage.Trees;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where btrfs cannot compare, and what a comparison leaves: nothing. */
class ComparingFailuresTest extends ComparedOnBtrfs {

    @RegisterExtension
    static final LoopMount MOUNT = LoopMount.btrfs();

    @Override
    Path fileSystem() {
        return MOUNT.root();
    }

    private static final String PATH = System.getenv("PATH");

    @Test
    void aFileOfSeveralNamesIsRead() throws Exception {
        Files.createLink(tree.resolve("another"), tree.resolve("top"));
        write("another", 0, 1);
        assertThat(sent("btrfs")).isEmpty();
        assertNothingIsLeft();
        assertThat(storage.changes(V1, MAIN).files()).containsKeys(Path.of("top"), Path.of("another"));
    }

    @Test
    void aVolumeWithAnotherSubvolumeWithinIsRead() throws Exception {
        Subvolumes.create(tree.resolve("base/inner"));
        Files.writeString(tree.resolve("base/inner/file"), "x");
        assertThat(sent("btrfs")).isEmpty();
        assertThat(storage.changes(V1, MAIN).files()).containsOnlyKeys(Path.of("base/inner/file"));
    }

    @Test
    void aPlainDirectoryIsRead() throws Exception {
        VolumeId plain = new VolumeId("plain");
        try (Storage sharing =
                DirectoryStorage.at(ground.place(), CopyMethod.REFLINK).open()) {
            Trees.clone(sharing, V1, plain, Map.of());
        }
        tree = storage.directory(plain);
        write("top", 0, 1);
        assertThat(sent("btrfs")).isEmpty();
        assertThat(storage.changes(V1, plain).files()).containsOnlyKeys(Path.of("top"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "echo Operation not permitted; exit 1",
                "kill -9 $$",
                "true",
                "btrfs \"$@\" | head -c 100",
                "btrfs \"$@\"; echo more",
                "printf 'btrfs-stream\\0\\003\\0\\0\\0'; btrfs \"$@\" | tail -c +18",
            })
    void aSenderThatFailsLeavesNothing(String script) throws Exception {
        write("top", 0, 1);
        assertThat(sent(program("sender", script).toString())).isEmpty();
        assertNothingIsLeft();
        assertThat(sent(program("sender", "exec btrfs \"$@\"").toString())).isPresent();
    }

    @Test
    void withoutASenderNothingIsFoundAndNothingLeft() throws Exception {
        assertThat(sent("zvpg-no-such-program")).isEmpty();
        assertNothingIsLeft();
    }

    @Test
    void whoIsInterruptedIsToldSoAndLeavesNothing() throws Exception {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> storage.changes(V1, MAIN)).isInstanceOf(OperationInterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertNothingIsLeft();
    }

    private Path program(String name, String script) throws IOException {
        Path bin = Files.createDirectories(ground.place().resolveSibling("bin"));
        Path program = Files.writeString(bin.resolve(name), "#!/bin/sh\nPATH='" + PATH + "'\n" + script + "\n");
        return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void whatTheKilledHaveLeftIsNotForeignAndIsRemoved() throws Exception {
        Path sending = ground.place().resolveSibling("sending");
        Path slow = program("btrfs", """
                [ "$1" = send ] || exec btrfs "$@"
                : > '%s'
                while kill -0 $PPID; do sleep 0.05; done 2> /dev/null
                """.formatted(sending));
        List<String> wrapper = List.of("env", "PATH=" + slow.getParent() + ":" + PATH);
        try (ChildJvm child = ground.start(wrapper, StorageWork.changes(V1, MAIN))) {
            long deadline = System.nanoTime() + 60_000_000_000L;
            while (!Files.exists(sending)) {
                assertThat(System.nanoTime()).isLessThan(deadline);
                Thread.sleep(10);
            }
            storage.recover(volume -> true);
            assertThat(pairs()).as("those of the living").hasSize(1);
            child.kill();
        }
        assertThat(storage.foreign()).isEmpty();
        assertThat(storage.drafts()).isEmpty();
        Path pair = pairs().get(0);
        assertThat(pair.resolve("image/top")).exists();
        assertThat(pair.resolve("volume/top")).exists();
        assertThat(sent("btrfs")).isPresent();
        assertThat(pairs()).containsExactly(pair);

        storage.recover(volume -> true);
        assertNothingIsLeft();
    }

    @Test
    void pairsThatAPowerCutBringsBackWithoutTheirClaimAreRemoved() throws Exception {
        Path pair = Files.createDirectories(place.comparisons().resolve("pair"));
        Subvolumes.protectedSnapshot(tree, pair.resolve("volume"));
        Files.createDirectory(pair.resolve("image"));
        Files.createFile(place.drafts().directory().resolve(Place.comparisonClaim("nothing-yet")));
        assertThat(storage.foreign()).isEmpty();
        storage.recover(volume -> true);
        assertNothingIsLeft();
    }

    @Test
    void whatIsWriteProtectedGoesAlsoWithoutTheRightToDeleteSubvolumes() throws Exception {
        List<String> unprivileged = List.of("setpriv", "--bounding-set", "-sys_admin");
        List<String> trial = new ArrayList<>(unprivileged);
        trial.add("true");
        assumeTrue(Subprocess.run(tree, trial).ok(), "needs setpriv (util-linux)");
        Path pair = Files.createDirectories(place.comparisons().resolve("pair"));
        Subvolumes.protectedSnapshot(image, pair.resolve("image"));
        Subvolumes.protectedSnapshot(tree, pair.resolve("volume"));
        try (ChildJvm child = ground.start(unprivileged, StorageWork.recover(V1, MAIN))) {
            List<String> told = child.rest();
            assertThat(child.exitCode()).as("%s", told).isZero();
        }
        assertNothingIsLeft();
    }

    private List<Path> pairs() throws IOException {
        try (Stream<Path> pairs = Files.list(place.comparisons())) {
            return pairs.toList();
        }
    }
}
