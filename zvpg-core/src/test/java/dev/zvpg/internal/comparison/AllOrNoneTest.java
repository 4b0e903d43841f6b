package dev.zvpg.internal.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Effort;
import dev.zvpg.error.OperationInterruptedException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag(Effort.ANYBODY)
class AllOrNoneTest {

    private final CyclicBarrier all = new CyclicBarrier(3);
    private final Set<String> ended = ConcurrentHashMap.newKeySet();

    /** Goes on when all three are at it. */
    private void meet() {
        try {
            all.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException("alone", e);
        }
    }

    private Runnable ending(String name) {
        return () -> {
            meet();
            ended.add(name);
        };
    }

    private Callable<Runnable> opening(String name) {
        return () -> {
            meet();
            return () -> ended.add(name);
        };
    }

    @Test
    void opensAndEndsAllAtTheSameTime() {
        List<Runnable> open = AllOrNone.open(List.of(opening("a"), opening("b"), opening("c")));
        assertThat(open).hasSize(3);
        assertThat(AllOrNone.end(List.of(ending("d"), ending("e"), ending("f"))))
                .isEmpty();
        assertThat(ended).containsExactlyInAnyOrder("d", "e", "f");
    }

    @Test
    void whereOneCannotBeOpenedTheOthersEnd() {
        assertThatThrownBy(() -> AllOrNone.open(List.of(opening("a"), opening("b"), () -> {
                    meet();
                    throw new IllegalArgumentException("no c");
                })))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no c");
        assertThat(ended).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void endsAllWhateverOfItFailsAndTellsEachFailure() {
        Runnable failing = () -> {
            meet();
            throw new IllegalStateException("cannot end");
        };
        assertThat(AllOrNone.end(List.of(failing, ending("a"), failing)))
                .hasValueSatisfying(e -> assertThat(e.getSuppressed()).hasSize(1));
        assertThat(ended).containsExactly("a");
    }

    @Test
    void anInterruptCutsOpeningShortAndNeverEnding() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> AllOrNone.open(List.of(() -> () -> ended.add("a"), () -> {
                    never.await();
                    return () -> ended.add("b");
                })))
                .isInstanceOf(OperationInterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(AllOrNone.end(List.of(ending("c"), ending("d"), ending("e"))))
                .isEmpty();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ended).containsExactlyInAnyOrder("a", "c", "d", "e");
    }
}
