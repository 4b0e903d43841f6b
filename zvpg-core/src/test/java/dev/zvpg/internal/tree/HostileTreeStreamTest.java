package dev.zvpg.internal.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.storage.CopyProgress;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Streams that no sender of ours writes: nothing outside of the tree is touched, and each is refused. */
class HostileTreeStreamTest {

    private static final long MOST = 1000;

    @TempDir
    Path directory;

    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private static void head(DataOutputStream out, int kind, String name, int mode) throws IOException {
        out.writeByte(kind);
        out.writeUTF(name);
        out.writeShort(mode);
    }

    private static void time(DataOutputStream out) throws IOException {
        out.writeLong(1_700_000_000);
        out.writeInt(0);
    }

    private static void directory(DataOutputStream out, String name, int mode) throws IOException {
        head(out, TreeFormat.DIRECTORY, name, mode);
        time(out);
    }

    private static void file(DataOutputStream out, String name, int mode, long size) throws IOException {
        head(out, TreeFormat.FILE, name, mode);
        out.writeLong(size);
        time(out);
        out.writeBoolean(false);
    }

    private static void part(DataOutputStream out, long offset, int length, byte... bytes) throws IOException {
        out.writeLong(offset);
        out.writeInt(length);
        out.write(bytes);
    }

    private static void link(DataOutputStream out, String name, String target) throws IOException {
        out.writeByte(TreeFormat.LINK);
        out.writeUTF(name);
        out.writeUTF(target);
    }

    private static void end(DataOutputStream out, long entries, long bytes) throws IOException {
        out.writeByte(TreeFormat.END);
        out.writeLong(entries);
        out.writeLong(bytes);
    }

    private static Map<String, Writing> streams() {
        Map<String, Writing> all = new LinkedHashMap<>();
        for (String name : new String[] {"..", ".", "", "a/b", "/etc/passwd", "../x", "a\0b", "x".repeat(256)}) {
            all.put("a file named '" + name.replace('\0', '0') + "'", out -> file(out, name, 0600, 0));
            all.put("a directory named '" + name.replace('\0', '0') + "'", out -> directory(out, name, 0700));
        }
        for (String target :
                new String[] {"/etc", "..", "../..", "a/../..", "d/..", "", "a//b", "x\0", "y".repeat(5000)}) {
            all.put("a link to '" + target.replace('\0', '0') + "'", out -> link(out, "l", target));
        }
        all.put("a link in a directory that leads one too far", out -> {
            directory(out, "d", 0700);
            link(out, "l", "../..");
        });
        all.put("a file below a link", out -> {
            link(out, "inside", "d");
            file(out, "inside", 0600, 0);
        });
        all.put("a directory where a link is", out -> {
            link(out, "l", "d");
            directory(out, "l", 0700);
        });
        all.put("a set-uid file", out -> file(out, "f", 04755, 0));
        all.put("a set-gid directory", out -> directory(out, "d", 02755));
        all.put("a sticky directory", out -> directory(out, "d", 01777));
        all.put("a mode with a kind in it, such as a device's", out -> file(out, "f", 0020600, 0));
        all.put("a negative size", out -> file(out, "f", 0600, -1));
        all.put("a size beyond what was announced", out -> file(out, "f", 0600, MOST + 1));
        all.put("sizes that are too large together", out -> {
            file(out, "f", 0600, MOST);
            part(out, 0, (int) MOST, new byte[(int) MOST]);
            out.writeLong(-1);
            file(out, "g", 0600, 1);
        });
        all.put("a part behind the end", out -> {
            file(out, "f", 0600, 10);
            part(out, 8, 3, new byte[3]);
        });
        all.put("a part at a huge offset", out -> {
            file(out, "f", 0600, 10);
            part(out, Long.MAX_VALUE, 3, new byte[3]);
        });
        all.put("a part at a negative offset", out -> {
            file(out, "f", 0600, 10);
            part(out, -2, 3, new byte[3]);
        });
        all.put("a part of no bytes", out -> {
            file(out, "f", 0600, 10);
            part(out, 0, 0);
        });
        all.put("a part of a negative length", out -> {
            file(out, "f", 0600, 10);
            part(out, 0, -5);
        });
        all.put("a part that is too long", out -> {
            file(out, "f", 0600, 10);
            part(out, 0, Integer.MAX_VALUE);
        });
        all.put("parts that go back", out -> {
            file(out, "f", 0600, 10);
            part(out, 5, 1, (byte) 1);
            part(out, 0, 1, (byte) 1);
        });
        all.put("a file without its end", out -> {
            file(out, "f", 0600, 10);
            part(out, 0, 1, (byte) 1);
            out.writeLong(-1);
        });
        all.put("the same as a base that has none", out -> {
            head(out, TreeFormat.SAME_FILE, "f", 0600);
            out.writeLong(0);
            time(out);
        });
        all.put("an entry of an unknown kind", out -> out.writeByte(99));
        all.put("a way out of the top", out -> out.writeByte(TreeFormat.UP));
        all.put("an end in a directory", out -> {
            directory(out, "d", 0700);
            end(out, 1, 0);
        });
        all.put("an end with another count", out -> end(out, 1, 0));
        all.put("an end with another sum", out -> end(out, 0, 1));
        all.put("a time that is none", out -> {
            head(out, TreeFormat.DIRECTORY, "d", 0700);
            out.writeLong(Long.MAX_VALUE);
            out.writeInt(0);
        });
        all.put("directories without end", out -> {
            for (int i = 0; i < 1000; i++) {
                directory(out, "d", 0700);
            }
        });
        all.put("nothing", out -> {});
        return all;
    }

    @TestFactory
    Stream<DynamicTest> nothingOfAHostileStreamIsWrittenOutside() {
        return streams().entrySet().stream()
                .map(stream -> DynamicTest.dynamicTest(stream.getKey(), () -> refuse(stream.getValue())));
    }

    private void refuse(Writing writing) throws IOException {
        Path around = Files.createTempDirectory(directory, "around");
        Path top = Files.createDirectory(around.resolve("top"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        writing.to(out);
        out.writeByte(0); // no stream goes on so
        assertThatThrownBy(() -> receive(top, bytes.toByteArray())).isInstanceOf(MalformedException.class);
        try (Stream<Path> there = Files.list(around)) {
            assertThat(there).containsExactly(top);
        }
    }

    private static void receive(Path top, byte[] stream) throws IOException {
        TreeReceiver.receive(top, new ByteArrayInputStream(stream), MOST, CopyProgress.NONE, tree -> {});
    }

    @Test
    void aStreamThatIsCutAnywhereOrDamagedAnywhereNeverLeavesItsTree() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Path tree = Files.createDirectories(directory.resolve("tree/d")).resolveSibling("");
        Files.write(tree.resolve("d/file"), new byte[300]);
        Files.createSymbolicLink(tree.resolve("d/link"), Path.of("..", "d"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TreeSender.send(tree, Optional.empty(), Optional.empty(), bytes, CopyProgress.NONE);
        byte[] whole = bytes.toByteArray();
        for (int i = 0; i < 300; i++) {
            Path around = Files.createTempDirectory(directory, "around");
            Path top = Files.createDirectory(around.resolve("top"));
            boolean cut = random.nextBoolean();
            byte[] stream = Arrays.copyOf(whole, cut ? random.nextInt(whole.length) : whole.length);
            if (!cut) {
                stream[random.nextInt(stream.length)] ^= (byte) (1 + random.nextInt(255));
            }
            try {
                receive(top, stream);
                assertThat(cut).as("seed " + seed).isFalse();
            } catch (MalformedException e) {
                // as it should be
            }
            try (Stream<Path> there = Files.list(around)) {
                assertThat(there).as("seed " + seed).containsExactly(top);
            }
        }
    }

    @Test
    void aTreeIsClosedAndTakenUntilItIsGivenAway() throws IOException {
        Path top = Files.createDirectory(directory.resolve("closed"));
        Path inner = Files.createDirectories(top.resolve("data/base"));
        Files.setPosixFilePermissions(top, PosixFilePermissions.fromString("rwx--x--x"));
        int me = (Integer) Files.getAttribute(top, "unix:uid");
        if (me == 0) {
            Files.setAttribute(inner.getParent(), "unix:uid", 65_534);
            Files.setAttribute(inner, "unix:uid", 65_534);
        }
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(stream);
        directory(out, "data", 0700);
        directory(out, "base", 0700);
        out.writeByte(TreeFormat.UP);
        out.writeByte(TreeFormat.UP);
        end(out, 2, 0);
        TreeReceiver.receive(top, new ByteArrayInputStream(stream.toByteArray()), 0, CopyProgress.NONE, tree -> {
            assertThat(Files.getPosixFilePermissions(tree)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
            assertThat(Files.getAttribute(inner.getParent(), "unix:uid")).isEqualTo(me);
            assertThat(Files.getAttribute(inner, "unix:uid")).isEqualTo(me);
        });
        assertThat(Files.getPosixFilePermissions(top)).isEqualTo(PosixFilePermissions.fromString("rwx--x--x"));
    }
}
