package dev.zvpg.examples.bench;

import dev.zvpg.examples.bench.report.Console;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A file system of its own in a sparse file, mounted for as long as it is open; root only. */
final class LoopImage implements AutoCloseable {

    private static final long BYTES = 24L << 30;

    private final Path directory;

    private LoopImage(Path directory) {
        this.directory = directory;
    }

    /** Whether this user may mount one. */
    static boolean isPossible() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** Makes and mounts it; empty, saying why, where that cannot be. */
    static Optional<LoopImage> mount(Path parent, String... mkfs) throws IOException, InterruptedException {
        if (!isPossible()) {
            Console.say("not measured, needs root: " + mkfs[0]);
            return Optional.empty();
        }
        Path directory = Ground.openDirectory(parent);
        LoopImage image = new LoopImage(directory);
        try {
            try (RandomAccessFile file = new RandomAccessFile(image.file().toFile(), "rw")) {
                file.setLength(BYTES);
            }
            Files.createDirectory(image.root());
            List<String> make = new ArrayList<>(List.of(mkfs));
            make.add(image.file().toString());
            AsServerUser.runAsSelf(make);
            AsServerUser.runAsSelf(List.of(
                    "mount", "-o", "loop", image.file().toString(), image.root().toString()));
            return Optional.of(image);
        } catch (IOException e) {
            Console.say("not measured: " + String.valueOf(e.getMessage()).strip());
            image.remove();
            return Optional.empty();
        }
    }

    private Path file() {
        return directory.resolve("image");
    }

    Path root() {
        return directory.resolve("root");
    }

    private void remove() throws IOException {
        Files.deleteIfExists(file());
        Files.deleteIfExists(root());
        Files.deleteIfExists(directory);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        AsServerUser.runAsSelf(List.of("umount", root().toString()));
        remove();
    }
}
