package dev.zvpg.internal.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.zvpg.internal.io.FileOwner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeOwnerTest {

    @TempDir
    Path directory;

    private Path tree;
    private Path file;

    @BeforeEach
    void makeTree() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        tree = Files.createDirectory(directory.resolve("data"));
        Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("rwx------"));
        file = Files.writeString(Files.createDirectories(tree.resolve("base/1")).resolve("1259"), "rows");
        Files.createSymbolicLink(tree.resolve("base/2"), Path.of("1"));
    }

    @Test
    void aTreeOfOneUserIsHis() throws IOException {
        assertThat(TreeOwner.of(directory, tree)).contains(FileOwner.ofThisProcess());
    }

    @Test
    void aTreeThatOthersMayEnterIsNotUsed() throws IOException {
        Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("rwx-----x"));
        assertThat(TreeOwner.of(directory, tree)).isEmpty();
    }

    @Test
    void aLinkThatLeadsOutIsNotUsed() throws IOException {
        Path link = tree.resolve("base/1/1260");
        for (String target : new String[] {"/etc/passwd", "../../../other", "../2/../../../x"}) {
            Files.createSymbolicLink(link, Path.of(target));
            assertThat(TreeOwner.of(directory, tree)).as(target).isEmpty();
            Files.delete(link);
        }
        assertThat(TreeOwner.of(directory, tree)).isPresent();
    }

    @Test
    void aSetIdProgramIsNotUsed() throws IOException {
        Files.setAttribute(file, "unix:mode", 04700);
        assertThat(TreeOwner.of(directory, tree)).isEmpty();
    }

    @Test
    void whatOthersMayWriteOrNobodyReadIsNotUsed() throws IOException {
        for (String mode : new String[] {"rw-rw----", "rw----rw-", "-w-------", "r--------"}) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            assertThat(TreeOwner.of(directory, tree)).as(mode).isEmpty();
        }
    }

    @Test
    void aTopThatHoldsSomethingElseOrThatOthersMayWriteIsNotUsed() throws IOException {
        Path other = Files.createDirectory(directory.resolve("other"));
        assertThat(TreeOwner.of(directory, tree)).isEmpty();
        Files.delete(other);
        assertThat(TreeOwner.of(directory, tree)).isPresent();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x-wx"));
        assertThat(TreeOwner.of(directory, tree)).isEmpty();
    }

    @Test
    void aTreeThatIsTooDeepIsNotUsed() throws IOException {
        Files.createDirectories(tree.resolve("d/".repeat(70)));
        assertThat(TreeOwner.of(directory, tree)).isEmpty();
    }

    @Test
    void aPipeIsNotUsed() throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("mkfifo", tree.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();
        assertThat(TreeOwner.of(directory, tree)).isEmpty();
    }

    @Test
    void aFileOfSomebodyElseIsNotUsed() throws IOException {
        assumeThat(FileOwner.worksAsRoot())
                .as("needs root, to give a file away")
                .isTrue();
        Files.setAttribute(file, "unix:gid", 65534);
        assertThat(TreeOwner.of(directory, tree)).isEmpty();
        Files.setAttribute(file, "unix:gid", 0);
        Files.setAttribute(file, "unix:uid", 65534);
        assertThat(TreeOwner.of(directory, tree)).isEmpty();
    }
}
