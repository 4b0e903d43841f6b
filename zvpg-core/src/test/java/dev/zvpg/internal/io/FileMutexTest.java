package dev.zvpg.internal.io;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.zvpg.storage.ChildJvm;
import java.io.IOException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FileMutexTest {

    private static final int ROUNDS = 200;

    @TempDir
    Path directory;

    private Path file;
    private Path counter;

    /** Another JVM. */
    public static void main(String[] args) throws Exception {
        FileMutex mutex = FileMutex.of(Path.of(args[1]));
        switch (args[0]) {
            case "count" -> count(mutex, Path.of(args[2]));
            case "try" -> System.out.println(mutex.tryLock().isPresent() ? "FREE" : "HELD");
            case "hold" -> {
                try (FileMutex.Held held = mutex.lock()) {
                    System.out.println("HELD");
                    System.in.read();
                }
            }
            case "cross" -> cross(mutex, FileMutex.of(Path.of(args[2])));
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    /** Holds the first one, while another thread waits for the second one. */
    private static void cross(FileMutex first, FileMutex second) throws Exception {
        FutureTask<Boolean> waiting;
        try (FileMutex.Held held = first.lock()) {
            System.out.println("HELD");
            System.in.read();
            waiting = waiting(second);
            System.out.println("WAITING");
        }
        System.out.println(waiting.get() ? "DONE" : "FAILED");
    }

    private static FutureTask<Boolean> waiting(FileMutex mutex) {
        FutureTask<Boolean> task = new FutureTask<>(() -> {
            try (FileMutex.Held held = mutex.lock()) {
                return true;
            }
        });
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        await().until(thread::getState, state -> state != Thread.State.NEW);
        return task;
    }

    private static void count(FileMutex mutex, Path counter) throws IOException, InterruptedException {
        for (int i = 0; i < ROUNDS; i++) {
            try (FileMutex.Held held = mutex.lock()) {
                increment(counter);
            }
        }
    }

    private static void increment(Path counter) throws IOException {
        Files.writeString(counter, Integer.toString(Integer.parseInt(Files.readString(counter)) + 1));
    }

    @BeforeEach
    void files() throws IOException {
        file = directory.resolve("lock");
        counter = Files.writeString(directory.resolve("counter"), "0");
    }

    private ChildJvm child(String... arguments) throws IOException {
        return new ChildJvm(List.of(), FileMutexTest.class, arguments);
    }

    private String askAnotherProcess() throws IOException {
        try (ChildJvm jvm = child("try", file.toString())) {
            return jvm.rest().get(0);
        }
    }

    private static void inThreads(List<Callable<?>> works) throws Exception {
        List<FutureTask<?>> tasks = new ArrayList<>();
        for (Callable<?> work : works) {
            FutureTask<?> task = new FutureTask<>(work);
            tasks.add(task);
            new Thread(task).start();
        }
        for (FutureTask<?> task : tasks) {
            task.get();
        }
    }

    @Test
    void threadsTakeTurnsByWhicheverPathTheyComeToIt() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolveSibling(directory.getFileName() + "-link"), directory);
        try {
            Callable<?> one = () -> {
                count(FileMutex.of(file), counter);
                return null;
            };
            Callable<?> other = () -> {
                count(FileMutex.of(link.resolve("lock")), counter);
                return null;
            };
            inThreads(List.of(one, other, one, other));
        } finally {
            Files.delete(link);
        }
        assertThat(counter).hasContent(Integer.toString(4 * ROUNDS));
    }

    @Test
    void processesTakeTurns() throws Exception {
        try (ChildJvm one = child("count", file.toString(), counter.toString());
                ChildJvm other = child("count", file.toString(), counter.toString())) {
            count(FileMutex.of(file), counter);
            assertThat(one.rest()).isEmpty();
            assertThat(other.rest()).isEmpty();
        }
        assertThat(counter).hasContent(Integer.toString(3 * ROUNDS));
    }

    @Test
    void classLoadersTakeTurns() throws Exception {
        try (OtherLoader one = new OtherLoader();
                OtherLoader other = new OtherLoader()) {
            List<Callable<?>> works = new ArrayList<>();
            for (OtherLoader loader : List.of(one, other, one, other)) {
                works.add(() -> {
                    for (int i = 0; i < ROUNDS; i++) {
                        try (AutoCloseable held = loader.lock(file)) {
                            increment(counter);
                        }
                    }
                    return null;
                });
            }
            inThreads(works);
        }
        assertThat(counter).hasContent(Integer.toString(4 * ROUNDS));
        assertThat(System.getProperties().stringPropertyNames()).noneMatch(name -> name.contains(file.toString()));
    }

    @Test
    void aClassLoaderThatIsTurnedAwayLeavesTheLockOfTheFirst() throws Exception {
        try (OtherLoader one = new OtherLoader();
                OtherLoader other = new OtherLoader()) {
            AutoCloseable held = one.lock(file);
            assertThat(other.tryLock(file)).isEmpty();
            assertThat(FileMutex.of(file).tryLock()).isEmpty();
            assertThat(askAnotherProcess()).isEqualTo("HELD");
            Thread impatient = new Thread(
                    () -> assertThatThrownBy(() -> other.lock(file)).isInstanceOf(InterruptedException.class));
            impatient.start();
            impatient.interrupt();
            impatient.join();
            assertThat(askAnotherProcess()).isEqualTo("HELD");
            held.close();
            assertThat(askAnotherProcess()).isEqualTo("FREE");
            other.tryLock(file).orElseThrow().close();
        }
    }

    @Test
    void whatListsTheSystemPropertiesSeesOnlyText() throws Exception {
        try (FileMutex.Held held = FileMutex.of(file).lock()) {
            assertThat(System.getProperties()).allSatisfy((name, value) -> {
                assertThat(name).isInstanceOf(String.class);
                assertThat(value).isInstanceOf(String.class);
            });
        }
    }

    @Test
    void aKilledProcessLetsGo() throws Exception {
        try (ChildJvm jvm = child("hold", file.toString())) {
            assertThat(jvm.lines(1)).containsExactly("HELD");
            assertThat(FileMutex.of(file).tryLock()).isEmpty();
            jvm.kill();
            FileMutex.of(file).lock().close();
        }
    }

    @Test
    void sharersHoldItTogetherAndKeepOutWhoeverWantsItAlone() throws Exception {
        FileMutex mutex = FileMutex.of(file);
        FileMutex.Held one = mutex.lockShared();
        FileMutex.Held other = mutex.lockShared();
        assertThat(mutex.tryLock()).isEmpty();
        one.close();
        one.close();
        assertThat(mutex.tryLock()).isEmpty();
        assertThat(askAnotherProcess()).isEqualTo("HELD");
        other.close();
        mutex.tryLock().orElseThrow().close();
        assertThat(askAnotherProcess()).isEqualTo("FREE");
    }

    @Test
    void aThreadThatHoldsItAloneMayTakeItOnceMoreButNotTryTo() throws Exception {
        FileMutex mutex = FileMutex.of(file);
        try (FileMutex.Held held = mutex.lock()) {
            try (FileMutex.Held again = mutex.lock();
                    FileMutex.Held shared = mutex.lockShared()) {
                assertThat(mutex.tryLock()).isEmpty();
            }
            assertThat(askAnotherProcess()).isEqualTo("HELD");
        }
        assertThat(askAnotherProcess()).isEqualTo("FREE");
    }

    @Test
    void aThreadTakesItOnceMoreBeforeTheOthersThatWait() throws Exception {
        FileMutex mutex = FileMutex.of(file);
        FutureTask<FileMutex.Held> waiting = new FutureTask<>(mutex::lock);
        try (FileMutex.Held held = mutex.lock()) {
            Thread thread = new Thread(waiting);
            thread.setDaemon(true);
            thread.start();
            await().until(thread::getState, state -> state == Thread.State.WAITING);
            try (FileMutex.Held again = mutex.lock()) {
                assertThat(waiting.isDone()).isFalse();
            }
            assertThat(waiting.isDone()).isFalse();
        }
        waiting.get().close();
    }

    @Test
    void anInterruptEndsTheWaitForAThreadAndForAProcess() throws Exception {
        try (FileMutex.Held held = FileMutex.of(file).lock()) {
            assertThat(interruptedWait(() -> FileMutex.of(file).lock())).isInstanceOf(InterruptedException.class);
            assertThat(interruptedWait(() -> FileMutex.of(file).lockShared())).isInstanceOf(InterruptedException.class);
            assertThat(interruptedWait(() -> FileMutex.of(file).hold(() -> file)))
                    .isInstanceOf(FileLockInterruptionException.class);
            assertThat(askAnotherProcess()).isEqualTo("HELD");
        }
        try (ChildJvm jvm = child("hold", file.toString())) {
            assertThat(jvm.lines(1)).containsExactly("HELD");
            assertThat(interruptedWait(() -> FileMutex.of(file).lock())).isInstanceOf(InterruptedException.class);
        }
        FileMutex.of(file).lock().close();
    }

    private static Exception interruptedWait(Callable<?> wait) throws Exception {
        FutureTask<Exception> task = new FutureTask<>(() -> {
            try {
                wait.call();
                throw new AssertionError("it did not wait");
            } catch (IOException | InterruptedException e) {
                return e;
            }
        });
        Thread thread = new Thread(task);
        thread.start();
        await().until(() -> thread.getState() != Thread.State.NEW);
        while (!task.isDone()) {
            thread.interrupt();
            thread.join(1);
        }
        return task.get();
    }

    @Test
    void anInterruptWaitsForWhoeverMustNotBeInterrupted() throws Exception {
        FileMutex.Held held = FileMutex.of(file).lock();
        FutureTask<Boolean> task = new FutureTask<>(() -> {
            try (FileMutex.Held second = FileMutex.of(file).lockUninterruptibly()) {
                return Thread.interrupted();
            }
        });
        Thread thread = new Thread(task);
        thread.start();
        thread.interrupt();
        assertThat(task.isDone()).isFalse();
        held.close();
        assertThat(task.get(30, SECONDS)).as("the flag").isTrue();
    }

    @Test
    void theActionUnderTheLockIsNotInterrupted() throws Exception {
        assertThat(FileMutex.of(file).hold(() -> {
                    Thread.currentThread().interrupt();
                    return Files.readString(counter);
                }))
                .isEqualTo("0");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void whoeverWaitedForADeletedFileLocksItsSuccessor() throws Exception {
        FileMutex mutex = FileMutex.of(file);
        FileMutex.Held held = mutex.lock();
        try (ChildJvm jvm = child("hold", file.toString())) {
            Object before = Files.getAttribute(file, "unix:ino");
            Files.delete(file);
            Files.createFile(file);
            assertThat(Files.getAttribute(file, "unix:ino")).isNotEqualTo(before);
            held.close();
            assertThat(jvm.lines(1)).containsExactly("HELD");
            assertThat(mutex.tryLock()).isEmpty();
        }
    }

    @Test
    void processesThatOnlySeemToWaitForEachOtherBothGoOn() throws Exception {
        FileMutex first = FileMutex.of(file);
        Path second = directory.resolve("second");
        FutureTask<Boolean> waiting;
        try (ChildJvm jvm = child("cross", second.toString(), file.toString())) {
            try (FileMutex.Held held = first.lock()) {
                assertThat(jvm.lines(1)).containsExactly("HELD");
                waiting = waiting(FileMutex.of(second));
                jvm.endInput();
                assertThat(jvm.lines(1)).containsExactly("WAITING");
            }
            assertThat(jvm.rest()).containsExactly("DONE");
            assertThat(waiting.get(30, SECONDS)).isTrue();
        }
    }

    @Test
    void aTouchIsSeenAndDoesNotLetGo() throws Exception {
        try (FileMutex.Held held = FileMutex.of(file).lock()) {
            FileTime before = Files.getLastModifiedTime(file);
            await().until(() -> {
                held.touch();
                return Files.getLastModifiedTime(file).compareTo(before) > 0;
            });
            assertThat(askAnotherProcess()).isEqualTo("HELD");
        }
    }

    @Test
    void aMissingDirectoryAndALinkAreRefused() throws Exception {
        assertThatThrownBy(() -> FileMutex.of(directory.resolve("none/lock")).lock())
                .isInstanceOf(NoSuchFileException.class);
        Files.createSymbolicLink(file, counter);
        assertThatThrownBy(() -> FileMutex.of(file).lock()).isInstanceOf(IOException.class);
        Files.delete(file);
        Optional<FileMutex.Held> held = FileMutex.of(file).tryLock();
        assertThat(held).isPresent();
        held.get().close();
    }
}
