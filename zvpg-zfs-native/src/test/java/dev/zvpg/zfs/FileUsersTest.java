package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.zfs.binding.FileUsers;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ref.Reference;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileUsersTest {

    private static final String ME = "(process " + ProcessHandle.current().pid() + ")";

    @Test
    void namesTheProcessThatHasAFileOpen(@TempDir Path tree) throws IOException {
        Path real = tree.toRealPath();
        try (OutputStream open = Files.newOutputStream(real.resolve("file"))) {
            assertThat(FileUsers.of(real)).singleElement().asString().endsWith(ME);
            assertThat(FileUsers.describe(real)).contains(ME, "end it first");
            assertThat(open).isNotNull();
        }
        assertThat(FileUsers.of(real)).isEmpty();
        assertThat(FileUsers.describe(real)).contains("fuser");
    }

    @Test
    void namesTheProcessThatHasAFileMapped(@TempDir Path tree) throws IOException {
        Path file = Files.write(tree.resolve("file"), new byte[4096]);
        MappedByteBuffer mapped;
        try (FileChannel channel = FileChannel.open(file)) {
            mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, 4096);
        }
        try {
            assertThat(FileUsers.of(tree)).singleElement().asString().endsWith(ME);
        } finally {
            Reference.reachabilityFence(mapped);
        }
    }

    @Test
    void namesTheProcessWhateverThePathToTheDirectory(@TempDir Path tree) throws IOException {
        Path real = Files.createDirectory(tree.resolve("real"));
        Path link = Files.createSymbolicLink(tree.resolve("link"), real);
        try (OutputStream open = Files.newOutputStream(real.resolve("file"))) {
            assertThat(FileUsers.of(link)).singleElement().asString().endsWith(ME);
            assertThat(open).isNotNull();
        }
    }
}
