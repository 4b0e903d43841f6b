package dev.zvpg.internal.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LoopbackPortTest {

    private static final int SOME = 31_000;

    @Test
    void aPortThatSomebodyListensOnIsTaken() throws IOException {
        try (ServerSocket somebody = new ServerSocket()) {
            somebody.setReuseAddress(true);
            somebody.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
            assertThatThrownBy(() -> LoopbackPort.probe(somebody.getLocalPort()))
                    .isInstanceOf(BindException.class);
        }
    }

    @Test
    void lookingDoesNotTakeThePortAlsoWhileProgramsAreStarted() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<Exception> failure = new AtomicReference<>();
        Thread starter = new Thread(() -> {
            try {
                while (!done.get()) {
                    new ProcessBuilder("true").start().waitFor();
                }
            } catch (IOException | InterruptedException e) {
                failure.set(e);
            }
        });
        starter.start();
        int taken = 0;
        for (int i = 0; i < 2_000; i++) {
            int port = SOME + i % 1_000;
            if (isFree(port) && !isFree(port)) {
                taken++;
            }
        }
        done.set(true);
        starter.join();
        assertThat(failure.get()).isNull();
        // a server of another test may have come in between
        assertThat(taken).isLessThanOrEqualTo(1);
    }

    private static boolean isFree(int port) throws IOException {
        try {
            LoopbackPort.probe(port);
            return true;
        } catch (BindException e) {
            return false;
        }
    }
}
