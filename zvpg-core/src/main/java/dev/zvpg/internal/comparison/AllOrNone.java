package dev.zvpg.internal.comparison;

import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.internal.io.Uninterrupted;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** Opens several things at once, each on a thread of its own, and all or none of them; and ends them likewise. Stateless. */
public final class AllOrNone {

    private AllOrNone() {}

    /** Opens them; where one fails, the others end again. */
    public static <T extends Runnable> List<T> open(List<? extends Callable<T>> openings) {
        List<FutureTask<T>> tasks = new ArrayList<>();
        openings.forEach(opening -> tasks.add(new FutureTask<>(opening)));
        List<Thread> threads = begin(tasks);

        List<T> open = new ArrayList<>();
        Throwable failure = null;
        boolean interrupted = false;
        for (int i = 0; i < tasks.size(); ) {
            try {
                open.add(tasks.get(i).get());
                i++;
            } catch (ExecutionException e) {
                failure = first(failure, e.getCause() == null ? e : e.getCause());
                i++;
            } catch (InterruptedException e) { // what they have begun, they undo; so each is waited for
                interrupted = true;
                threads.forEach(Thread::interrupt);
            }
        }
        if (interrupted) {
            failure = new OperationInterruptedException("interrupted; nothing was changed", failure);
        }
        try {
            if (failure != null) {
                Throwable atEnd = endAll(open);
                if (atEnd != null) {
                    failure.addSuppressed(atEnd);
                }
                throw rethrown(failure);
            }
            return open;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends all of them, whatever of it fails, and returns the first failure with the others. */
    public static Optional<RuntimeException> end(List<? extends Runnable> open) {
        Throwable failure = endAll(open);
        return failure == null ? Optional.empty() : Optional.of(rethrown(failure));
    }

    private static @Nullable Throwable endAll(List<? extends Runnable> open) {
        List<FutureTask<Void>> tasks = new ArrayList<>();
        open.forEach(each -> tasks.add(new FutureTask<>(each, null)));
        begin(tasks);
        Throwable failure = null;
        for (FutureTask<Void> task : tasks) {
            try {
                Uninterrupted.call(task::get);
            } catch (ExecutionException e) {
                failure = first(failure, e.getCause() == null ? e : e.getCause());
            }
        }
        return failure;
    }

    /** Where the system has no more threads, what has none is done here. */
    private static List<Thread> begin(List<? extends FutureTask<?>> tasks) {
        List<Thread> threads = new ArrayList<>();
        for (FutureTask<?> task : tasks) {
            Thread thread = new Thread(task, "zvpg-diff");
            thread.setDaemon(true);
            try {
                thread.start();
                threads.add(thread);
            } catch (OutOfMemoryError e) { // so Java says it
                task.run();
            }
        }
        return threads;
    }

    private static <T extends Throwable> T first(@Nullable T first, T next) {
        if (first == null) {
            return next;
        }
        first.addSuppressed(next);
        return first;
    }

    private static RuntimeException rethrown(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(failure);
    }
}
