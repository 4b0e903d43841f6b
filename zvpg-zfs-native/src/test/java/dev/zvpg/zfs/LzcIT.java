package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.error.StorageException;
import dev.zvpg.zfs.binding.CleanupHandle;
import dev.zvpg.zfs.binding.KernelModule;
import dev.zvpg.zfs.binding.Lzc;
import dev.zvpg.zfs.binding.LzcPrograms;
import dev.zvpg.zfs.binding.Mounts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The binding on a real kernel module, in a dataset of its own on a pool that was made for tests. */
@NeedsPool
class LzcIT {

    private static final String POOL = System.getenv().getOrDefault("ZVPG_ZFS_POOL", "");
    private static final long NOAUTO = 2; // canmount, an index property: off, on, noauto

    /** Everything below a dataset, children first, snapshots included, deferred ones too. */
    private static final String TREE = """
            args = ...
            found = {}
            function visit(dataset)
                if #dataset < 255 then -- see LzcPrograms.run
                    for child in zfs.list.children(dataset) do visit(child) end
                    for snapshot in zfs.list.snapshots(dataset) do found[#found + 1] = snapshot end
                end
                found[#found + 1] = dataset
            end
            visit(args.root)
            result = {}
            for i, name in ipairs(found) do result[name] = i end
            return result
            """;

    private static final String USER_PROPERTIES = """
            args = ...
            result = {}
            for name, value in zfs.list.user_properties(args.object) do result[name] = value end
            return result
            """;

    private final Lzc lzc = Lzc.open();
    private final String root = POOL + "/" + UUID.randomUUID();

    @TempDir
    Path temp;

    @BeforeEach
    void createRoot() {
        lzc.create(root, Map.of("canmount", NOAUTO, "recordsize", 16_384L, "org.openzfs.systemd:ignore", "on"));
    }

    @AfterEach
    void nothingIsLeft() {
        Mounts.list().stream()
                .filter(mount -> mount.dataset().startsWith(root))
                .forEach(mount -> Mounts.unmount(mount.directory()));
        // whatever the order of dependence, one object less each round
        for (List<String> left = tree(); left.contains(root); left = tree()) {
            left.forEach(this::tryToDestroy);
        }
        assertThat(lzc.exists(root)).isFalse();
    }

    private List<String> tree() {
        if (!lzc.exists(root)) {
            return List.of();
        }
        return List.copyOf(asMap(LzcPrograms.of(lzc).read(POOL, TREE, Map.of("root", root)))
                .keySet());
    }

    private void tryToDestroy(String name) {
        try {
            if (name.contains("@")) {
                lzc.destroySnapshots(List.of(name), true);
            } else {
                lzc.destroy(name);
            }
        } catch (InUseException | AlreadyExistsException | NotFoundException e) {
            // its turn comes in another round
        }
    }

    @Test
    void aSnapshotAndItsPropertiesAreOneCall() {
        String message = "Füge Tabellen hinzu – 添加表 😀";
        lzc.snapshot(List.of(root + "@v1"), Map.of("zvpg:message", message, "zvpg:author", "a"));
        assertThat(lzc.exists(root + "@v1")).isTrue();
        assertThat(userProperties(root + "@v1"))
                .containsEntry("zvpg:message", message)
                .containsEntry("zvpg:author", "a");
    }

    @Test
    void theLongestMessageIsKeptAndALongerOneChangesNothing() {
        String longest = "m".repeat(8191);
        lzc.snapshot(List.of(root + "@v1"), Map.of("zvpg:message", longest));
        assertThat(userProperties(root + "@v1")).containsEntry("zvpg:message", longest);
        assertThatThrownBy(() -> lzc.snapshot(List.of(root + "@v2"), Map.of("zvpg:message", longest + "m")))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("E2BIG");
        assertThat(lzc.exists(root + "@v2")).isFalse();
    }

    @Test
    void snapshotsOfSeveralDatasetsAreAllOrNone() {
        lzc.create(root + "/a", Map.of("canmount", NOAUTO));
        lzc.snapshot(List.of(root + "/a@v1"), Map.of());
        assertThatThrownBy(() -> lzc.snapshot(List.of(root + "@v1", root + "/a@v1"), Map.of()))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContainingAll("cannot snapshot " + root + "/a@v1", "EEXIST");
        assertThat(lzc.exists(root + "@v1")).isFalse();
    }

    @Test
    void whatIsNotThereIsNotFound() {
        assertThatThrownBy(() -> lzc.snapshot(List.of(root + "/no@v1"), Map.of()))
                .isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> lzc.clone(root + "@no", root + "/c", Map.of())).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> lzc.destroy(root + "/no")).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> lzc.create("zvpg-no-such-pool/a", Map.of())).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> lzc.holds(root + "@no")).isInstanceOf(NotFoundException.class);
        assertThat(lzc.exists("zvpg-no-such-pool")).isFalse();
    }

    @Test
    void aNameThatIsTakenAlreadyExists() {
        assertThatThrownBy(() -> lzc.create(root, Map.of())).isInstanceOf(AlreadyExistsException.class);
    }

    @Test
    void aNameTooLongForZfsIsNeverCutOff() {
        String tooLong = root + "/" + "n".repeat(255 - root.length());
        assertThatThrownBy(() -> lzc.create(tooLong, Map.of()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("255 bytes");
        assertThatThrownBy(() -> lzc.exists("")).isInstanceOf(IllegalArgumentException.class);
        String longest = tooLong.substring(0, 255);
        lzc.create(longest, Map.of("canmount", NOAUTO));
        assertThat(lzc.exists(longest)).isTrue();
    }

    @Test
    void aCloneIsMountedWithoutAProcess() throws IOException {
        Path source = Files.createDirectory(temp.resolve("source"));
        Path target = Files.createDirectory(temp.resolve("target"));
        Mounts.mount(root, source);
        Files.writeString(source.resolve("file"), "before");
        lzc.snapshot(List.of(root + "@v1"), Map.of());
        Files.writeString(source.resolve("file"), "after");

        lzc.clone(root + "@v1", root + "/clone", Map.of("canmount", NOAUTO, "zvpg:kind", "clone"));
        Mounts.mount(root + "/clone", target);
        assertThat(target.resolve("file")).hasContent("before");
        Files.writeString(target.resolve("file"), "clone");
        assertThat(source.resolve("file")).hasContent("after");
        assertThat(Mounts.list()).contains(new Mounts.Mount(root, source), new Mounts.Mount(root + "/clone", target));
        assertThat(userProperties(root + "/clone")).containsEntry("zvpg:kind", "clone");
    }

    @Test
    void aSnapshotsFilesAreReadWhereItIsMounted() throws IOException {
        Path source = Files.createDirectory(temp.resolve("source"));
        Path image = Files.createDirectory(temp.resolve("image"));
        Mounts.mount(root, source);
        Files.writeString(source.resolve("file"), "before");
        lzc.snapshot(List.of(root + "@v1"), Map.of());
        Mounts.mountReadOnly(root + "@v1", image);
        assertThat(image.resolve("file")).hasContent("before");
        assertThatThrownBy(() -> Files.writeString(image.resolve("file"), "x")).hasMessageContaining("Read-only");
        Mounts.unmount(image);
        assertThat(image).isEmptyDirectory();
    }

    @Test
    void aBusyDirectoryIsNotUnmountedAndSaysWhoUsesIt() throws IOException {
        Path directory = Files.createDirectory(temp.resolve("busy"));
        Mounts.mount(root, directory);
        Files.writeString(directory.resolve("file"), "x");
        try (InputStream open = Files.newInputStream(directory.resolve("file"))) {
            assertThatThrownBy(() -> Mounts.unmount(directory))
                    .isInstanceOf(InUseException.class)
                    .hasMessageContaining("(process " + ProcessHandle.current().pid() + ")");
            assertThatThrownBy(() -> lzc.destroy(root)).isInstanceOf(InUseException.class);
            assertThat(open.read()).isEqualTo('x');
        }
    }

    @Test
    void aDirectoryThatSomebodyUsesForAMomentOnlyIsUnmounted() throws Exception {
        Path directory = Files.createDirectory(temp.resolve("busy"));
        Mounts.mount(root, directory);
        Path file = Files.writeString(directory.resolve("file"), "x");
        // as a process does that is being started, until it executes its program
        Process process =
                new ProcessBuilder("sh", "-c", "exec 3< \"$1\"; echo; sleep 0.3", "sh", file.toString()).start();
        assertThat(process.getInputStream().read()).isEqualTo('\n');

        Mounts.unmount(directory);

        assertThat(directory).isEmptyDirectory();
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void aSnapshotGoesWithItsLastClone() {
        lzc.snapshot(List.of(root + "@v1"), Map.of());
        lzc.clone(root + "@v1", root + "/clone", Map.of("canmount", NOAUTO));
        assertThatThrownBy(() -> lzc.destroySnapshots(List.of(root + "@v1"), false))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining(root + "@v1");
        lzc.destroySnapshots(List.of(root + "@v1"), true);
        assertThat(lzc.exists(root + "@v1")).isTrue();
        lzc.destroy(root + "/clone");
        assertThat(lzc.exists(root + "@v1")).isFalse();
    }

    @Test
    void aPromotedCloneOwnsTheSnapshots() {
        lzc.create(root + "/a", Map.of("canmount", NOAUTO));
        lzc.snapshot(List.of(root + "/a@v1"), Map.of());
        lzc.clone(root + "/a@v1", root + "/b", Map.of("canmount", NOAUTO));
        lzc.promote(root + "/b");
        assertThat(lzc.exists(root + "/b@v1")).isTrue();
        lzc.destroy(root + "/a");
        lzc.rename(root + "/b", root + "/a");
        assertThat(lzc.exists(root + "/a@v1")).isTrue();
    }

    @Test
    void aPromotionNamesTheSnapshotThatClashes() {
        lzc.create(root + "/a", Map.of("canmount", NOAUTO));
        lzc.snapshot(List.of(root + "/a@v1"), Map.of());
        lzc.snapshot(List.of(root + "/a@v2"), Map.of());
        lzc.clone(root + "/a@v2", root + "/b", Map.of("canmount", NOAUTO));
        lzc.snapshot(List.of(root + "/b@v1"), Map.of());
        assertThatThrownBy(() -> lzc.promote(root + "/b"))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContainingAll("promote " + root + "/b", "v1");
    }

    @Test
    void aHoldEndsWithItsHandle() {
        lzc.snapshot(List.of(root + "@v1"), Map.of());
        try (CleanupHandle handle = CleanupHandle.open()) {
            lzc.hold(Map.of(root + "@v1", "test"), handle);
            assertThat(lzc.holds(root + "@v1")).containsOnlyKeys("test");
            assertThatThrownBy(() -> lzc.destroySnapshots(List.of(root + "@v1"), false))
                    .isInstanceOf(InUseException.class);
        }
        assertThat(lzc.holds(root + "@v1")).isEmpty();
    }

    @Test
    void aHoldIsReleasedByName() {
        lzc.snapshot(List.of(root + "@v1"), Map.of());
        lzc.hold(Map.of(root + "@v1", "test"), null);
        lzc.release(Map.of(root + "@v1", List.of("test")));
        assertThat(lzc.holds(root + "@v1")).isEmpty();
        assertThatThrownBy(() -> lzc.hold(Map.of(root + "@no", "test"), null)).isInstanceOf(NotFoundException.class);
    }

    @Test
    void aClosedHandleHoldsNothing() {
        lzc.snapshot(List.of(root + "@v1"), Map.of());
        CleanupHandle handle = CleanupHandle.open();
        handle.close();
        handle.close();
        assertThatThrownBy(() -> lzc.hold(Map.of(root + "@v1", "test"), handle))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void severalPropertiesChangeInOneProgram() {
        lzc.create(root + "/a", Map.of("canmount", NOAUTO));
        LzcPrograms.of(lzc).run(POOL, """
                args = ...
                for dataset, value in pairs(args.values) do
                    error_number = zfs.sync.set_prop(dataset, "zvpg:head", value)
                    assert(error_number == 0, dataset)
                end
                """, Map.of("values", Map.of(root, "v1", root + "/a", "v2")));
        assertThat(userProperties(root)).containsEntry("zvpg:head", "v1");
        assertThat(userProperties(root + "/a")).containsEntry("zvpg:head", "v2");
    }

    @Test
    void aProgramThatFailsSaysWhere() {
        assertThatThrownBy(() -> LzcPrograms.of(lzc).read(POOL, "return nonsense(", Map.of()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("unexpected symbol");
        assertThatThrownBy(() -> LzcPrograms.of(lzc).read(POOL, "error('for this reason')", Map.of()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("for this reason");
        assertThatThrownBy(() -> LzcPrograms.of(lzc).read(POOL, "while true do end", Map.of()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("instruction limit");
        assertThatThrownBy(() ->
                        LzcPrograms.of(lzc).read(POOL, "t = {} for i = 1, 10000000 do t[i] = i .. 'x' end", Map.of()))
                .isInstanceOf(StorageException.class)
                .isNotInstanceOf(OutOfSpaceException.class)
                .hasMessageContaining("memory limit");
        assertThat(LzcPrograms.of(lzc).read(POOL, "return 42", Map.of())).isEqualTo(42L);
        assertThat(LzcPrograms.of(lzc).read(POOL, "", Map.of())).isNull();
    }

    @Test
    void aRollbackThrowsAwayWhatCameLater() throws IOException {
        Path directory = Files.createDirectory(temp.resolve("mount"));
        Mounts.mount(root, directory);
        Files.writeString(directory.resolve("file"), "before");
        lzc.snapshot(List.of(root + "@v1"), Map.of());
        Files.writeString(directory.resolve("file"), "after");
        Mounts.unmount(directory);
        lzc.rollback(root, root + "@v1");
        Mounts.mount(root, directory);
        assertThat(directory.resolve("file")).hasContent("before");
    }

    @Test
    void syncsThePool() {
        assertThatCode(() -> lzc.sync(POOL)).doesNotThrowAnyException();
        assertThat(KernelModule.version()).isPresent();
    }

    private Map<String, Object> userProperties(String object) {
        return asMap(LzcPrograms.of(lzc).read(POOL, USER_PROPERTIES, Map.of("object", object)));
    }

    @SuppressWarnings("unchecked") // the programs above return maps
    private static Map<String, Object> asMap(@Nullable Object answer) {
        return (Map<String, Object>) Objects.requireNonNull(answer);
    }
}
