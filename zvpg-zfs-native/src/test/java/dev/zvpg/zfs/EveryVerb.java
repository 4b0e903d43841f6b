package dev.zvpg.zfs;

import dev.zvpg.error.ZvpgException;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.Trees;
import dev.zvpg.storage.VolumeId;
import dev.zvpg.zfs.binding.Lzc;
import dev.zvpg.zfs.binding.ResultCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import jnr.ffi.LibraryLoader;

/**
 * The main class of a process that uses every verb of a storage with the libraries that the loader finds for it, and
 * says what came of it. Confined to one thread.
 */
final class EveryVerb {

    /** A function that came with OpenZFS 2.3, whose operation an older module does not know. */
    public interface NewFunctions {
        int lzc_ddt_prune(String pool, int unit, long amount);
    }

    private EveryVerb() {}

    /**
     * Uses them.
     *
     * @param arguments the storage's dataset; where to mount; {@code new} to call what only a module of 2.3 knows,
     *     besides
     */
    @SuppressWarnings("SystemOut") // the test reads it
    public static void main(String[] arguments) throws IOException {
        String dataset = arguments[0];
        try (Storage storage = ZfsStorage.dataset(dataset, o -> o.mountDirectory(Path.of(arguments[1])))
                .open()) {
            use(storage);
            System.out.println("used every verb");
            if (List.of(arguments).contains("new")) {
                int code = LibraryLoader.create(NewFunctions.class)
                        .failImmediately()
                        .load("zfs_core")
                        .lzc_ddt_prune(dataset.substring(0, dataset.indexOf('/')), 1, 1);
                ResultCode.check(code, "prune", dataset);
            }
        } catch (ZvpgException e) {
            System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
        try (var maps = Files.lines(Path.of("/proc/self/maps"))) {
            maps.filter(line -> line.matches(".*/lib(zfs_core|nvpair)\\..*"))
                    .map(line -> line.substring(line.indexOf('/')))
                    .distinct()
                    .forEach(System.out::println);
        }
    }

    /** Makes, uses and destroys one of everything. */
    static void use(Storage storage) throws IOException {
        VolumeId main = VolumeId.generate("main");
        VolumeId copy = VolumeId.generate("copy");
        SnapshotId v1 = SnapshotId.generate("v1");
        Trees.create(storage, main, Map.of("kind", "branch"));
        Files.writeString(storage.directory(main).resolve("file"), "before");
        storage.snapshot(main, v1, Map.of("message", "first"), CopyProgress.NONE);
        Trees.clone(storage, v1, copy, Map.of());
        storage.update(List.of(AttributeChange.set(copy, Map.of("kind", "clone"))));
        require(Files.readString(storage.directory(copy).resolve("file")).equals("before"));
        require(Files.readString(storage.directory(v1).resolve("file")).equals("before"));
        require(storage.list().snapshots().get(0).attributes().equals(Map.of("message", "first")));
        storage.destroy(main); // which the snapshot and its clone outlive
        storage.destroy(v1);
        storage.destroy(copy);
        storage.recover(volume -> true);
        require(storage.list().volumes().isEmpty());
        Lzc.open().sync(new Names(storage.toString().substring("zfs ".length())).pool());
    }

    private static void require(boolean truth) {
        if (!truth) {
            throw new IllegalStateException("something is not as it was written");
        }
    }
}
