package dev.zvpg.internal.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class OpenDirectoryTest {

    private static final Path NAME = Path.of("name");

    @TempDir
    Path directory;

    private Path top = Path.of("/nowhere");
    private Path outside = Path.of("/nowhere");

    @BeforeEach
    void makeDirectories() throws IOException {
        top = Files.createDirectory(directory.resolve("top"));
        outside = Files.createDirectory(directory.resolve("outside"));
        Files.writeString(outside.resolve("file"), "secret");
    }

    @Test
    void aLinkIsNoDirectory() throws IOException {
        Files.createSymbolicLink(top.resolve(NAME), outside);
        try (OpenDirectory opened = OpenDirectory.open(top)) {
            assertThatThrownBy(() -> opened.directory(NAME)).isInstanceOf(NotDirectoryException.class);
        }
        assertThatThrownBy(() -> OpenDirectory.open(top.resolve(NAME))).isInstanceOf(NotDirectoryException.class);
        assertThat(OpenDirectory.list(top.resolve(NAME))).isEmpty();
    }

    @Test
    void aPipeInThePlaceOfADirectoryIsNotWaitedFor() throws Exception {
        Path pipe = top.resolve(NAME);
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertThatThrownBy(() -> OpenDirectory.open(pipe))
                .isInstanceOf(NotDirectoryException.class)
                .hasMessage(pipe.toString());
        assertThat(OpenDirectory.list(pipe)).isEmpty();
    }

    @Test
    void whatIsNoFileIsNotRead() throws Exception {
        Files.createSymbolicLink(top.resolve("link"), outside.resolve("file"));
        Files.createSymbolicLink(top.resolve("zero"), Path.of("/dev/zero"));
        Files.createDirectory(top.resolve("directory"));
        assertThat(new ProcessBuilder("mkfifo", top.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();
        try (OpenDirectory opened = OpenDirectory.open(top)) {
            for (String name : new String[] {"link", "zero", "directory", "pipe"}) {
                assertThatThrownBy(() -> opened.read(Path.of(name), 100))
                        .as(name)
                        .isInstanceOf(ChangedException.class)
                        .hasMessageContaining("not a regular file");
                assertThatThrownBy(() -> opened.directory(Path.of(name, "x")))
                        .as(name)
                        .isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void noMoreIsReadThanIsAskedFor() throws IOException {
        Files.writeString(top.resolve(NAME), "12345");
        try (OpenDirectory opened = OpenDirectory.open(top)) {
            assertThat(new String(opened.read(NAME, 5), StandardCharsets.UTF_8)).isEqualTo("12345");
            assertThatThrownBy(() -> opened.read(NAME, 4))
                    .isInstanceOf(FileSystemException.class)
                    .hasMessageContaining("more than 4")
                    .hasMessageNotContaining("123");
            assertThatThrownBy(() -> opened.read(Path.of("absent"), 4)).isInstanceOf(NoSuchFileException.class);
        }
    }

    @Test
    void aReplacedFileIsWholeAndALinkInItsPlaceIsReplacedItself() throws IOException {
        Files.createSymbolicLink(top.resolve(NAME), outside.resolve("file"));
        Files.createSymbolicLink(top.resolve(NAME + AtomicFile.NEW), outside.resolve("file"));
        try (OpenDirectory opened = OpenDirectory.open(top)) {
            AtomicFile.replaceAsOwner(opened, NAME, AtomicFile.of("new".getBytes(StandardCharsets.UTF_8)));
        }
        assertThat(top.resolve(NAME)).isRegularFile().hasContent("new");
        assertThat(outside.resolve("file")).hasContent("secret");
        assertThat(OpenDirectory.list(top)).containsExactly(top.resolve(NAME));
    }

    @Test
    void aFileIsReplacedUnderAnInterruptToo() throws IOException {
        Thread.currentThread().interrupt();
        AtomicFile.replace(top.resolve(NAME), new byte[] {'x'}, NewFile.PRIVATE);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(top.resolve(NAME)).hasContent("x");
    }

    @Test
    void aTreeGoesHoweverDeepItIs() throws IOException {
        Path deep = top;
        for (int i = 0; i < 300; i++) {
            deep = Files.createDirectory(deep.resolve("d"));
        }
        Files.createSymbolicLink(deep.resolve("link"), outside);
        Files.createFile(deep.resolve("file"));
        OpenDirectory.deleteTree(top);
        assertThat(top).doesNotExist();
        assertThat(outside.resolve("file")).exists();
    }

    @Test
    void aTreeGoesAlsoWhereItsOwnerMayNothing() throws IOException {
        Path closed = Files.createDirectory(top.resolve("closed"));
        Files.createFile(closed.resolve("file"));
        Files.setPosixFilePermissions(closed, Set.of()); // as OverlayFS leaves its working directory
        OpenDirectory.deleteTree(top);
        assertThat(top).doesNotExist();
    }
}
