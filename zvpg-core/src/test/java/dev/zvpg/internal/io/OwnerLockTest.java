package dev.zvpg.internal.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.storage.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnerLockTest {

    @TempDir
    Path directory;

    /** Another JVM. */
    public static void main(String[] args) throws Exception {
        try (OwnerLock owner = OwnerLock.create(Path.of(args[0]))) {
            System.out.println(owner.token());
            System.in.read();
        }
    }

    @Test
    void livesUntilItIsClosedByWhicheverThread() throws Exception {
        OwnerLock owner = OwnerLock.create(directory);
        assertThat(owner.token()).matches("[0-9a-z]{1,10}");
        assertThat(OwnerLock.isAlive(directory, owner.token())).isTrue();
        assertThat(OwnerLock.forgetTheDead(directory)).containsExactly(owner.token());
        CompletableFuture.runAsync(() -> {
                    try {
                        owner.close();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                })
                .join();
        assertThat(OwnerLock.isAlive(directory, owner.token())).isFalse();
        assertThat(directory).isEmptyDirectory();
        owner.close();
    }

    @Test
    void diesWithItsProcessHoweverThatEnds() throws Exception {
        try (ChildJvm jvm = new ChildJvm(List.of(), OwnerLockTest.class, directory.toString())) {
            String token = jvm.lines(1).get(0);
            assertThat(OwnerLock.forgetTheDead(directory)).containsExactly(token);
            assertThat(OwnerLock.isAnyDead(directory)).isFalse();
            jvm.kill();
            jvm.rest();
            jvm.exitCode();
            assertThat(OwnerLock.isAnyDead(directory)).isTrue();
            assertThat(OwnerLock.isAnyDead(directory)).as("asked again").isTrue();
            assertThat(OwnerLock.isAlive(directory, token)).isFalse();
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void isAliveToAnotherClassLoader() throws Exception {
        try (OtherLoader one = new OtherLoader();
                OtherLoader other = new OtherLoader()) {
            AutoCloseable theirs = one.owner(directory);
            String token = OwnerLock.forgetTheDead(directory).get(0);
            assertThat(other.isAlive(directory, token)).isTrue();
            assertThat(one.isAlive(directory, token)).isTrue();
            theirs.close();
            assertThat(other.isAlive(directory, token)).isFalse();
        }
    }

    @Test
    void oneThatNeverWasIsDeadAndLeavesNothing() throws Exception {
        assertThat(OwnerLock.isAlive(directory, "never")).isFalse();
        assertThat(OwnerLock.forgetTheDead(directory.resolve("none"))).isEmpty();
        assertThat(OwnerLock.isAlive(directory.resolve("none"), "never")).isFalse();
        assertThat(OwnerLock.isAnyDead(directory.resolve("none"))).isFalse();
        Files.createFile(directory.resolve("owner-dead"));
        assertThat(OwnerLock.forgetTheDead(directory)).isEmpty();
        assertThat(directory).isEmptyDirectory();
    }
}
