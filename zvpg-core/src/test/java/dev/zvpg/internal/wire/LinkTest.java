package dev.zvpg.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.internal.tree.MalformedException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes through a link comes out of it, or it is said that it does not. */
class LinkTest {

    private final Pipe forth = new Pipe();
    private final Pipe back = new Pipe();

    private Link one(Duration heartbeat, Duration patience) {
        return Link.open(
                back.in(),
                forth.out(),
                () -> forth.out().close(),
                () -> forth.out().close(),
                heartbeat,
                patience);
    }

    private Link other(Duration heartbeat, Duration patience) {
        return Link.open(
                forth.in(),
                back.out(),
                () -> back.out().close(),
                () -> back.out().close(),
                heartbeat,
                patience);
    }

    private static final Duration LONG = Duration.ofMinutes(5);

    @Test
    void messagesAndDataArriveAsTheyWere() throws IOException {
        byte[] data = new byte[3 * Frame.MAX_DATA + 17];
        new Random(1).nextBytes(data);
        Arrays.fill(data, Frame.MAX_DATA, 2 * Frame.MAX_DATA, (byte) 7);
        try (Link one = one(LONG, LONG);
                Link other = other(LONG, LONG)) {
            one.send(Frames.message().put("a", "ä\n"));
            assertThat(other.receive().path("a").asText()).isEqualTo("ä\n");
            Thread sender = new Thread(() -> {
                try (DataSink sink = one.sendData(true)) {
                    sink.write(data);
                    sink.finish();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            sender.start();
            try (DataSource source = other.receiveData()) {
                assertThat(source.readAllBytes()).isEqualTo(data);
                source.finish();
                assertThat(source.raw()).isEqualTo(data.length);
            }
            assertThat(forth.written()).isLessThan((long) (data.length - Frame.MAX_DATA + 20_000));
        }
    }

    @Test
    void whoeverIsBusyForLongIsHeardAndWhoIsSilentIsGivenUp() throws Exception {
        Duration patience = Duration.ofMillis(1500);
        try (Link one = one(Duration.ofMillis(100), patience);
                Link other = other(Duration.ofMillis(100), patience)) {
            Thread.sleep(3 * patience.toMillis()); // what has to be seen is that nothing happens
            one.send(Frames.message());
            assertThat(other.receive()).isEmpty();
        }
    }

    @Test
    void aMessageThatTakesLongerThanThePatienceArrives() throws Exception {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        byte[] message = Frames.bytes(Frames.message().put("words", "so slow is the network ".repeat(2)));
        Frames.write(sent, Frame.MESSAGE, message, message.length);
        Duration patience = Duration.ofMillis(500);
        InputStream slow = new ByteArrayInputStream(sent.toByteArray()) {
            @Override
            public synchronized int read(byte[] bytes, int offset, int length) {
                LockSupport.parkNanos(Duration.ofMillis(30).toNanos());
                return super.read(bytes, offset, 1);
            }
        };
        assertThat(sent.size() * 30L).isGreaterThan(3 * patience.toMillis());
        try (Link link = Link.open(slow, OutputStream.nullOutputStream(), () -> {}, () -> {}, LONG, patience)) {
            assertThat(link.receive().get("words").textValue()).startsWith("so slow");
        }
    }

    @Test
    void whoeverSaysNothingIsGivenUp() throws Exception {
        try (Link one = one(LONG, Duration.ofMillis(300))) {
            assertThatThrownBy(one::receive).isInstanceOf(CutException.class);
        }
    }

    /** As the stream to a process: whoever closes it waits for whoever writes to it, who waits for the process. */
    private static final class ToADeadProcess extends OutputStream {

        private final CountDownLatch ended = new CountDownLatch(1);

        @Override
        public synchronized void write(int b) throws IOException {
            try {
                ended.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new IOException("broken pipe");
        }

        @Override
        public synchronized void close() {
            ended.countDown();
        }
    }

    @Test
    @Timeout(60)
    void whoeverWritesToOneThatIsDeadIsNotKeptWaiting() throws IOException {
        ToADeadProcess out = new ToADeadProcess();
        try (Link link = Link.open(back.in(), out, out, out.ended::countDown, LONG, Duration.ofMillis(300))) {
            assertThatThrownBy(() -> link.send(Frames.message()))
                    .isInstanceOf(CutException.class)
                    .hasMessageContaining("nothing was heard");
        }
    }

    @Test
    void aMessageThatIsLargerThanOneOfItsKindIsRefused() throws IOException {
        try (Link one = one(LONG, LONG);
                Link other = other(LONG, LONG)) {
            Thread sender = new Thread(() -> {
                try {
                    for (int i = 0; i < 2; i++) {
                        one.send(Frames.message().put("a", "x".repeat(Frame.USUAL_MESSAGE)));
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            sender.start();
            assertThat(other.receiveAll().has("a")).isTrue();
            assertThatThrownBy(other::receive).isInstanceOf(MalformedException.class);
        }
    }

    @Test
    void aLinkThatIsCutSaysSo() throws IOException {
        try (Link one = one(LONG, LONG);
                Link other = other(LONG, LONG)) {
            forth.cutAfter(3);
            assertThatThrownBy(() -> one.send(Frames.message())).isInstanceOf(CutException.class);
            assertThatThrownBy(other::receive).isInstanceOf(CutException.class);
        }
    }

    private static byte[] frames() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Frames.write(out, Frames.message().put("a", 1));
        try (DataSink sink = DataSink.to(out)) {
            sink.write(new byte[1000]);
            sink.finish();
        }
        return out.toByteArray();
    }

    private static void read(byte[] frames) throws IOException {
        ByteArrayInputStream in = new ByteArrayInputStream(frames);
        Frames.readMessage(in);
        try (DataSource source = DataSource.of(in)) {
            source.readAllBytes();
            source.finish();
        }
    }

    @Test
    void eachBitThatChangesOnItsWayIsNoticed() throws IOException {
        byte[] frames = frames();
        read(frames);
        for (int bit = 0; bit < frames.length * 8; bit++) {
            byte[] changed = frames.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> read(changed)).as("bit " + bit).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1 << 30, Integer.MIN_VALUE})
    void aFrameThatSaysThatItIsHugeIsRefusedBeforeItIsRead(int length) {
        byte[] header = new byte[Frame.HEADER_BYTES];
        header[0] = Frame.DATA;
        Frames.put(header, 1, length);
        assertThatThrownBy(() -> Frames.read(new ByteArrayInputStream(header))).isInstanceOf(MalformedException.class);
    }

    @Test
    void compressedDataThatBecomesTooLargeIsRefused() throws IOException {
        byte[] content = new byte[100];
        Frames.put(content, 0, Integer.MAX_VALUE);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Frames.write(out, Frame.DEFLATED, content, content.length);
        try (DataSource source = DataSource.of(new ByteArrayInputStream(out.toByteArray()))) {
            assertThatThrownBy(source::read).isInstanceOf(MalformedException.class);
        }
    }

    @Test
    void whatIsNoStreamOfZvpgIsToldFromOne() {
        byte[] banner = "Welcome to db1!\nHave fun.\n".getBytes(StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> Frames.read(new ByteArrayInputStream(banner)))
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining("no frame of zvpg");
    }
}
