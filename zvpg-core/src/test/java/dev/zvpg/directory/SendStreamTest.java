package dev.zvpg.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is understood of streams that are written here as {@code fs/btrfs/send.h} says. */
class SendStreamTest {

    private static final int PATH = 15;
    private static final int PATH_TO = 16;
    private static final int PATH_LINK = 17;

    /** Writes a stream. */
    private static final class Stream {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Stream() {
            this(1);
            command(2, text(PATH, "volume"));
        }

        Stream(int version) {
            bytes.writeBytes("btrfs-stream\0".getBytes(StandardCharsets.US_ASCII));
            bytes.writeBytes(little(Integer.BYTES).putInt(version).array());
        }

        private static ByteBuffer little(int size) {
            return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        }

        static byte[] text(int attribute, String value) {
            return attribute(attribute, value.getBytes(StandardCharsets.ISO_8859_1));
        }

        static byte[] number(int attribute, long value) {
            return attribute(attribute, little(Long.BYTES).putLong(value).array());
        }

        private static byte[] attribute(int attribute, byte[] value) {
            return little(4 + value.length)
                    .putShort((short) attribute)
                    .putShort((short) value.length)
                    .put(value)
                    .array();
        }

        Stream command(int command, byte[]... attributes) {
            int length = Arrays.stream(attributes).mapToInt(each -> each.length).sum();
            bytes.writeBytes(little(10)
                    .putInt(length)
                    .putShort((short) command)
                    .putInt(0)
                    .array());
            for (byte[] attribute : attributes) {
                bytes.writeBytes(attribute);
            }
            return this;
        }

        Stream mkfile(String path) {
            return command(3, text(PATH, path));
        }

        Stream mkdir(String path) {
            return command(4, text(PATH, path));
        }

        Stream rename(String from, String to) {
            return command(9, text(PATH, from), text(PATH_TO, to));
        }

        Stream link(String existing, String name) {
            return command(10, text(PATH, name), text(PATH_LINK, existing));
        }

        Stream unlink(String path) {
            return command(11, text(PATH, path));
        }

        Stream rmdir(String path) {
            return command(12, text(PATH, path));
        }

        Stream truncate(String path, long size) {
            return command(17, text(PATH, path), number(4, size));
        }

        Stream utimes(String path) {
            return command(20, text(PATH, path));
        }

        Stream extent(String path, long offset, long length) {
            return command(22, text(PATH, path), number(18, offset), number(4, length));
        }

        byte[] end() {
            return command(21).bytes.toByteArray();
        }
    }

    /** One line for each thing that is told. */
    private static List<String> told(byte[] stream) throws IOException {
        SentTree tree = new SentTree();
        SendStream.read(stream, tree);
        List<String> told = new ArrayList<>();
        tree.visit(new SentTree.Visitor() {
            @Override
            public void other(String path) {
                told.add("other " + path);
            }

            @Override
            public void touched(String path, boolean kept, List<SentTree.Range> written) {
                String what = kept ? "touched " : "of another name ";
                told.add(what
                        + path
                        + written.stream()
                                .map(range -> " " + range.begin() + "-" + range.end())
                                .reduce("", String::concat));
            }
        });
        return told;
    }

    @Test
    void partsOfFilesThatKeepTheirNamesAreTold() throws Exception {
        assertThat(told(new Stream()
                        .extent("base/1", 8192, 4096)
                        .extent("base/1", 0, 100)
                        .truncate("base/1", 9000)
                        .utimes("base/1")
                        .utimes("other")
                        .utimes("")
                        .end()))
                .containsExactly("touched base/1 8192-12288 0-100 9000-" + Long.MAX_VALUE, "touched other");
        assertThat(told(new Stream()
                        .command(15, Stream.text(PATH, "file"), Stream.number(18, 5), Stream.text(19, "data"))
                        .command(16, Stream.text(PATH, "file"), Stream.number(18, 50), Stream.number(24, 7))
                        .end()))
                .containsExactly("touched file 5-9 50-57");
        assertThat(told(new Stream().end())).isEmpty();
    }

    @Test
    void aNewFileHasItsLastName() throws Exception {
        assertThat(told(new Stream()
                        .mkfile("o257-7-0")
                        .rename("o257-7-0", "dir/new")
                        .extent("dir/new", 0, 10)
                        .end()))
                .containsExactly("other dir/new", "of another name dir/new 0-10", "other o257-7-0");
    }

    @Test
    void whatIsRenamedAllAlongAChainIsToldOfByItsFirstAndItsLastName() throws Exception {
        assertThat(told(new Stream()
                        .rename("a", "o1")
                        .extent("o1", 0, 1)
                        .rename("o1", "o2")
                        .rename("o2", "z")
                        .end()))
                .containsExactly("other a", "other o1", "other o2", "other z", "of another name z 0-1");
    }

    @Test
    void whatComesBackToItsNameIsWhatItWas() throws Exception {
        assertThat(told(new Stream()
                        .rename("dir", "o9-9-0")
                        .extent("o9-9-0/file", 0, 1)
                        .rename("o9-9-0", "dir")
                        .extent("dir/file", 10, 1)
                        .end()))
                .containsExactly("touched dir/file 0-1 10-11", "other o9-9-0");
    }

    @Test
    void twoThatChangePlacesAreBothOthers() throws Exception {
        assertThat(told(new Stream()
                        .rename("a", "o1-1-0")
                        .rename("b", "a")
                        .rename("o1-1-0", "b")
                        .end()))
                .containsExactly("other a", "other b", "other o1-1-0");
    }

    @Test
    void allInADirectoryGoesWithIt() throws Exception {
        assertThat(told(new Stream()
                        .rename("old/inner/file", "old/inner/renamed")
                        .rename("old", "new")
                        .extent("new/inner/renamed", 0, 1)
                        .extent("new/inner/another", 0, 1)
                        .mkdir("o2-2-0")
                        .rename("o2-2-0", "old")
                        .rename("new/inner/kept", "old/kept")
                        .end()))
                .as("names below those of others are not told once more")
                .containsExactly(
                        "other new",
                        "of another name new/inner/another 0-1",
                        "of another name new/inner/renamed 0-1",
                        "other o2-2-0",
                        "other old");
    }

    @Test
    void whatIsReplacedOrGoneIsAnother() throws Exception {
        assertThat(told(new Stream()
                        .extent("file", 0, 1)
                        .unlink("file")
                        .mkfile("o3-3-0")
                        .rename("o3-3-0", "file")
                        .unlink("dir/inner/gone")
                        .rmdir("dir/inner")
                        .end()))
                .containsExactly("other dir/inner", "other file", "other o3-3-0");
    }

    @Test
    void aFurtherNameOfAFileIsAnotherAndTheFileIsLookedAt() throws Exception {
        assertThat(told(new Stream().link("a", "b").end())).containsExactly("touched a", "other b");
        assertThat(told(new Stream()
                        .link("a", "b")
                        .unlink("a")
                        .extent("b", 0, 1)
                        .end()))
                .containsExactly("other a", "other b", "of another name b 0-1");
    }

    @Test
    void namesMayHaveAnyBytes() throws Exception {
        assertThat(told(new Stream().utimes("dir \n\u0001/\u00ff\u0080").end()))
                .containsExactly("touched dir \n\u0001/\u00ff\u0080");
    }

    @Test
    void aStreamThatIsCutOffAnywhereIsRefused() {
        byte[] whole =
                new Stream().mkfile("a").extent("b", 0, 1).rename("a", "c").end();
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> told(part)).as("%s bytes", length).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> told(Arrays.copyOf(whole, whole.length + 1))).hasMessageContaining("follows the end");
    }

    @Test
    void whatIsNotKnownIsRefused() {
        for (int command : new int[] {0, 1, 23, 24, 25, 26, 65535}) {
            assertThatThrownBy(() -> told(new Stream()
                            .command(command, Stream.text(PATH, "a"))
                            .end()))
                    .hasMessageContaining("command " + command + " is not known");
        }
        assertThatThrownBy(() -> told(new Stream(2).end())).hasMessageContaining("version is 2");
        assertThatThrownBy(() -> told("ERROR: no such file or directory".getBytes(StandardCharsets.US_ASCII)))
                .hasMessageContaining("no stream");
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        List<Stream> streams = List.of(
                new Stream().unlink("a").extent("a", 0, 1),
                new Stream().mkdir("new").extent("new/file", 0, 1),
                new Stream().rename("a", "a/b"),
                new Stream().unlink(""),
                new Stream().utimes("/a"),
                new Stream().extent("a", -1, 1),
                new Stream().extent("a", Long.MAX_VALUE, 1),
                new Stream().truncate("a", -1),
                new Stream().command(22, Stream.text(PATH, "a")),
                new Stream().command(17, Stream.text(PATH, "a"), Stream.text(4, "5")),
                new Stream().command(11));
        for (Stream stream : streams) {
            assertThatThrownBy(() -> told(stream.end())).isInstanceOf(IOException.class);
        }
    }
}
