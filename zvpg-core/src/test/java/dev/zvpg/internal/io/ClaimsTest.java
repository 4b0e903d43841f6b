package dev.zvpg.internal.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.internal.io.Claims.Claim;
import dev.zvpg.storage.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tells whether somebody is at work on a name. */
class ClaimsTest {

    @TempDir
    Path directory;

    private Claims claims() {
        return new Claims(directory);
    }

    /** Claims a name, says so, and waits. */
    @SuppressWarnings("SystemOut") // the test reads it
    public static void main(String[] arguments) throws Exception {
        try (Claim claim = new Claims(Path.of(arguments[0])).take("theirs").orElseThrow()) {
            System.out.println("claimed");
            System.in.read();
        }
    }

    @Test
    void onlyOneHasAName() throws Exception {
        try (Claim claim = claims().take("a").orElseThrow();
                Claim other = claims().take("b").orElseThrow()) {
            assertThat(List.of(claim, other)).doesNotHaveDuplicates();
            assertThat(claims().tryToTake("a")).isEmpty();
            assertThat(claims().names()).containsExactly("a", "b");
        }
        assertThat(claims().names()).isEmpty();
        claims().take("a").orElseThrow().close();
    }

    @Test
    void whatIsAbandonedIsTakenUp() throws Exception {
        Claim claim = claims().take("a").orElseThrow();
        claim.abandon();
        assertThat(claims().exists("a")).isTrue();
        try (Claim next = claims().tryToTake("a").orElseThrow()) {
            assertThat(next).isNotSameAs(claim);
            assertThat(claims().names()).containsExactly("a");
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void whoTakesANameWaitsForSomebodyWhoOnlyLooks() throws Exception {
        Claim looking = claims().tryToTake("a").orElseThrow();
        Thread looker = new Thread(() -> {
            Thread.onSpinWait();
            looking.abandon();
        });
        looker.start();
        try (Claim claim = claims().take("a").orElseThrow()) {
            assertThat(claim).isNotNull();
        }
        looker.join();
    }

    @Test
    void aClaimEndsWithItsProcessAndTheNameIsLeft() throws Exception {
        try (ChildJvm jvm = new ChildJvm(List.of(), ClaimsTest.class, directory.toString())) {
            jvm.lines(1);
            assertThat(claims().tryToTake("theirs")).isEmpty();
            jvm.kill();
            jvm.rest();
            jvm.exitCode();
        }
        assertThat(claims().names()).containsExactly("theirs");
        claims().tryToTake("theirs").orElseThrow().close();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void whereThereIsNoDirectoryThereAreNoNames() throws Exception {
        assertThat(new Claims(directory.resolve("none")).names()).isEmpty();
        assertThat(new Claims(directory.resolve("none")).exists("a")).isFalse();
        Files.createFile(directory.resolve("a")); // as a crash leaves it
        assertThat(claims().tryToTake("a")).isPresent();
    }
}
