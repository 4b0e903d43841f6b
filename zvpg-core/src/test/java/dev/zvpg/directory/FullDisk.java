package dev.zvpg.directory;

import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.Attributes;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.Listing;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.TreeText;
import dev.zvpg.storage.Trees;
import dev.zvpg.storage.VolumeId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The main class of a process that fills the file system it is given. Confined to one thread. */
final class FullDisk {

    static final String FINE = "fine";

    private FullDisk() {}

    /**
     * Fills it, and tells what went otherwise than it should, or {@link #FINE}.
     *
     * @param arguments a directory on a file system of 12 MB
     */
    @SuppressWarnings("SystemOut") // the test reads it
    public static void main(String[] arguments) throws Exception {
        Path place = Path.of(arguments[0]).resolve("storage");
        VolumeId main = new VolumeId("main");
        SnapshotId first = new SnapshotId("first");
        SnapshotId second = new SnapshotId("second");
        try (Storage storage = DirectoryStorage.at(place, CopyMethod.COPY).open()) {
            Trees.create(storage, main, Map.of());
            for (int i = 0; i < 40; i++) {
                Files.write(storage.directory(main).resolve("file" + i), new byte[100_000]);
            }
            storage.snapshot(main, first, Map.of(), CopyProgress.NONE);
            Listing before = storage.list();
            long free = place.toFile().getUsableSpace();

            expectNoSpace(() -> storage.snapshot(main, second, Map.of(), CopyProgress.NONE), place);
            expectNoSpace(() -> Trees.clone(storage, first, new VolumeId("clone"), Map.of()), place);

            check(storage.list().equals(before), "the listing changed: " + storage.list());
            check(!Files.exists(place.resolve("snapshots/second")), "the second snapshot's files are left");
            check(!Files.exists(place.resolve("volumes/clone")), "the clone's files are left");
            check(place.toFile().getUsableSpace() >= free - 100_000, "the space did not come back");
            check(TreeText.read(storage.directory(first)).size() == 40, "the first snapshot is harmed");

            SmallDisk.fill(Path.of(arguments[0]).resolve("ballast"));
            expectNoSpace(
                    () -> storage.update(List.of(
                            AttributeChange.set(main, Map.of("a", "x".repeat(Attributes.MAX_VALUE_BYTES))))),
                    place);
            expectNoSpace(() -> Trees.create(storage, new VolumeId("another"), Map.of()), place);
            check(storage.list().equals(before), "the listing changed: " + storage.list());
            // on a disk without a single free block
            storage.destroy(first, List.of(AttributeChange.set(main, Map.of("parent", "none"))));
            check(storage.list().volumes().get(0).attributes().equals(Map.of("parent", "none")), "no change");
            check(storage.list().snapshots().isEmpty(), "the first snapshot is still listed");
            Files.delete(Path.of(arguments[0]).resolve("ballast"));
            storage.snapshot(main, second, Map.of(), CopyProgress.NONE);
            check(TreeText.read(storage.directory(second)).size() == 40, "the second snapshot is not whole");
            check(Files.size(place.resolve("storage.reserve")) == 1 << 20, "the reserve is not back");
        }
        System.out.println(FINE);
    }

    private static void expectNoSpace(Runnable verb, Path place) {
        try {
            verb.run();
        } catch (OutOfSpaceException e) {
            check(String.valueOf(e.getMessage()).contains(place.toString()), "no path in: " + e.getMessage());
            check(String.valueOf(e.getMessage()).contains("MiB"), "no sizes in: " + e.getMessage());
            return;
        }
        throw new IllegalStateException("there was space");
    }

    private static void check(boolean right, String otherwise) {
        if (!right) {
            throw new IllegalStateException(otherwise);
        }
    }
}
