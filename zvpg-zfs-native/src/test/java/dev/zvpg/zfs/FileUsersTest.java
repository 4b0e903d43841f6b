package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileUsersTest {

    @Test
    void namesTheProcessThatHasAFileOpen(@TempDir Path tree) throws IOException {
        Path real = tree.toRealPath();
        String me = "(process " + ProcessHandle.current().pid() + ")";
        try (OutputStream open = Files.newOutputStream(real.resolve("file"))) {
            assertThat(FileUsers.of(real)).singleElement().asString().endsWith(me);
            assertThat(FileUsers.describe(real)).contains(me, "end it first");
            assertThat(open).isNotNull();
        }
        assertThat(FileUsers.of(real)).isEmpty();
        assertThat(FileUsers.describe(real)).contains("fuser");
    }
}
