package dev.zvpg;

import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.directory.LoopMount;
import dev.zvpg.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** From btrfs, which snapshots whole trees, to XFS, which shares blocks of files, and back. */
@Tag(Effort.FULL)
class RemotesBetweenFileSystemsTest extends RemotesContract {

    @RegisterExtension
    static final LoopMount BTRFS = LoopMount.btrfs();

    @RegisterExtension
    static final LoopMount XFS = LoopMount.xfs();

    private final Map<String, Path> places = new HashMap<>();

    @Override
    protected Storage openStorage(String name) {
        Path root = name.equals("theirs") ? BTRFS.root() : XFS.root();
        return DirectoryStorage.at(places.computeIfAbsent(name, any -> newDirectory(root)))
                .open();
    }

    private static Path newDirectory(Path root) {
        try {
            return Files.createTempDirectory(root, "storage-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
