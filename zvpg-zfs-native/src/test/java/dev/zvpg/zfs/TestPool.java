package dev.zvpg.zfs;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.storage.ChildJvm;
import dev.zvpg.storage.Ground;
import dev.zvpg.storage.OtherProcess;
import dev.zvpg.storage.Storage;
import dev.zvpg.zfs.binding.Lzc;
import dev.zvpg.zfs.binding.LzcPrograms;
import dev.zvpg.zfs.binding.Mounts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A dataset of its own for one test, on a pool that was made for tests: the place of a {@link ZfsStorage}.
 *
 * <p>Confined to one thread.
 */
final class TestPool implements Ground {

    /** The environment variable that names the pool. */
    static final String VARIABLE = "ZVPG_ZFS_POOL";

    static final String POOL = System.getenv().getOrDefault(VARIABLE, "");

    private static final String TREE = """
            args = ...
            found = {}
            function visit(dataset)
                if #dataset < 255 then -- see LzcPrograms.run
                    for child in zfs.list.children(dataset) do visit(child) end
                    for snapshot in zfs.list.snapshots(dataset) do found[snapshot] = true end
                end
                found[dataset] = true
            end
            visit(args.root)
            return found
            """;

    private final Lzc lzc = Lzc.open();
    private final String dataset = POOL + "/" + UUID.randomUUID();
    private final Path mounts;

    /** One whose dataset is encrypted by an administrator, who keeps the key in a file. */
    static TestPool encrypted(String keyFormat, String key) {
        TestPool pool = new TestPool();
        try {
            Files.writeString(pool.key(), key);
            Tool.run(
                    "zfs",
                    "create",
                    "-o",
                    "encryption=aes-256-gcm",
                    "-o",
                    "keyformat=" + keyFormat,
                    "-o",
                    "keylocation=file://" + pool.key(),
                    pool.dataset());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return pool;
    }

    private Path key() {
        return mounts.resolve("key");
    }

    /** As after a restart of the machine: nothing is mounted, and nobody has loaded the key. */
    void unloadKey() throws IOException, InterruptedException {
        unmount();
        Tool.run("zfs", "unload-key", dataset);
    }

    void loadKey() throws IOException, InterruptedException {
        Tool.run("zfs", "load-key", dataset);
    }

    TestPool() {
        try {
            this.mounts = Files.createTempDirectory("zvpg-zfs-test-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The storage's dataset. */
    String dataset() {
        return dataset;
    }

    /** Where its volumes are mounted. */
    Path mounts() {
        return mounts;
    }

    Lzc lzc() {
        return lzc;
    }

    @Override
    public Storage open() {
        return open(mounts);
    }

    /** Opens it with its volumes mounted somewhere else. */
    Storage open(Path mountDirectory) {
        return ZfsStorage.dataset(dataset, o -> o.mountDirectory(mountDirectory))
                .open();
    }

    private String foreign() {
        return dataset + "/foreign";
    }

    @Override
    public String putForeign() {
        lzc.create(foreign(), Map.of("zvpg:kind", "somebody else's"));
        lzc.snapshot(List.of(foreign() + "@foreign"), Map.of());
        return foreign();
    }

    @Override
    public boolean foreignIsUntouched() {
        return lzc.exists(foreign() + "@foreign");
    }

    /** Everything that there is below the storage's dataset, and it. */
    List<String> everything() {
        if (!lzc.exists(dataset)) {
            return List.of();
        }
        return Program.table(LzcPrograms.of(lzc).read(POOL, TREE, Map.of("root", dataset))).keySet().stream()
                .sorted()
                .toList();
    }

    @Override
    public boolean isEmpty() {
        return everything().equals(List.of(dataset));
    }

    @Override
    public OtherProcess start(List<String> work) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(dataset, mounts.toString()));
        arguments.addAll(work);
        return new ChildJvm(List.of(), ZfsProcess.class, arguments.toArray(String[]::new));
    }

    private void unmount() {
        Mounts.list().stream()
                .filter(mount -> mount.dataset().startsWith(dataset))
                .forEach(mount -> Mounts.unmount(mount.directory()));
    }

    @Override
    public void close() {
        unmount();
        // whatever the order of dependence, one object less each round
        for (List<String> left = everything(); !left.isEmpty(); left = everything()) {
            left.forEach(this::tryToDestroy);
        }
        try (var files = Files.walk(mounts)) {
            files.sorted(java.util.Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
}
