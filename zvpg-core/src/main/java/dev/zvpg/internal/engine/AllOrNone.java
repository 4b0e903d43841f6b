package dev.zvpg.internal.engine;

import dev.zvpg.error.OperationInterruptedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Opens several things at once, each on a thread of its own, and all or none of them. */
final class AllOrNone {

    private AllOrNone() {}

    static <T extends Runnable> List<T> open(List<? extends Callable<T>> openings) {
        List<FutureTask<T>> tasks = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (Callable<T> opening : openings) {
            FutureTask<T> task = new FutureTask<>(opening);
            Thread thread = new Thread(task, "zvpg-diff");
            thread.setDaemon(true);
            tasks.add(task);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
        List<T> open = new ArrayList<>();
        List<Throwable> failures = new ArrayList<>();
        boolean interrupted = false;
        for (int i = 0; i < tasks.size(); ) {
            try {
                open.add(tasks.get(i).get());
                i++;
            } catch (ExecutionException e) {
                failures.add(e.getCause());
                i++;
            } catch (InterruptedException e) { // what they have begun, they undo; so each is waited for
                interrupted = true;
                threads.forEach(Thread::interrupt);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (interrupted || !failures.isEmpty()) {
            open.forEach(Runnable::run);
            throw interrupted
                    ? new OperationInterruptedException("interrupted; nothing was changed", null)
                    : rethrown(failures);
        }
        return open;
    }

    private static RuntimeException rethrown(List<Throwable> failures) {
        Throwable first = failures.get(0);
        failures.stream().skip(1).forEach(first::addSuppressed);
        if (first instanceof Error error) {
            throw error;
        }
        return first instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(first);
    }
}
