package dev.zvpg.postgres.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.postgres.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class KeyLockTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    /** Another JVM: says whether it gets the lock. */
    public static void main(String[] args) throws Exception {
        Optional<KeyLock> lock = KeyLock.tryAcquire(Path.of(args[0]));
        System.out.println(lock.isPresent() ? "FREE" : "HELD");
    }

    private static String askAnotherJvm(Path file) throws IOException {
        try (OtherJvm jvm = new OtherJvm(System.getProperty("java.class.path"), KeyLockTest.class, file.toString())) {
            return jvm.output().strip();
        }
    }

    @Test
    void excludesOtherThreadsAndOtherJvmsAlsoAfterATouch() throws Exception {
        Path file = sandbox.path("lock");
        try (KeyLock lock = KeyLock.acquire(file)) {
            lock.touch();
            assertThat(askAnotherJvm(file)).isEqualTo("HELD");
            assertThat(CompletableFuture.supplyAsync(() -> tryAcquire(file)).get())
                    .isEmpty();
        }
        assertThat(askAnotherJvm(file)).isEqualTo("FREE");
        try (KeyLock lock = tryAcquire(file).orElseThrow()) {
            assertThat(lock).isNotNull();
        }
    }

    private static Optional<KeyLock> tryAcquire(Path file) {
        try {
            return KeyLock.tryAcquire(file);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void touchIsSeenAsTheLastUse() throws Exception {
        Path file = sandbox.path("lock");
        assertThat(KeyLock.lastUsed(file)).isEqualTo(Instant.EPOCH);
        try (KeyLock lock = KeyLock.acquire(file)) {
            lock.touch();
        }
        FileTime longAgo = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));
        Files.setLastModifiedTime(file, longAgo);
        assertThat(KeyLock.lastUsed(file)).isEqualTo(longAgo.toInstant());
        try (KeyLock lock = KeyLock.acquire(file)) {
            assertThat(KeyLock.lastUsed(file)).isEqualTo(longAgo.toInstant());
            lock.touch();
        }
        assertThat(KeyLock.lastUsed(file)).isAfter(longAgo.toInstant());
    }
}
