package dev.zvpg.postgres.run;

import dev.zvpg.internal.io.Uninterrupted;
import java.sql.SQLException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Asks two servers at the same time. A server keeps what it answers, the beginning of a COPY included, until it fills a
 * buffer or the answer is complete; so whoever asks one after the other has the second one wait until the first has scanned
 * and sorted.
 *
 * <p>Stateless. What is asked runs on two threads, one of them the caller's.
 */
public final class AtOnce {

    private AtOnce() {}

    /**
     * What a server is asked.
     *
     * @param <T> what it answers
     */
    public interface Question<T> {

        /**
         * Asks it.
         *
         * @throws SQLException when it does not answer
         */
        T ask() throws SQLException;
    }

    /**
     * Lets go of an answer that nobody will have because there is no other one.
     *
     * @param <T> what was answered
     */
    public interface Discard<T> {

        /**
         * Does it.
         *
         * @throws SQLException when it cannot
         */
        void discard(T answer) throws SQLException;
    }

    /**
     * Two answers.
     *
     * @param <T> what each is
     */
    public record Answers<T>(T first, T second) {}

    /** Has both, which need nothing done when there is only one. */
    public static <T> Answers<T> ask(Question<T> first, Question<T> second) throws SQLException {
        return ask(first, second, alone -> {});
    }

    /**
     * Has both, the first one on a thread of its own, or neither.
     *
     * @throws SQLException when one of the servers does not answer
     */
    public static <T> Answers<T> ask(Question<T> first, Question<T> second, Discard<T> discard) throws SQLException {
        FutureTask<T> one = new FutureTask<>(first::ask);
        FutureTask<T> other = new FutureTask<>(second::ask);
        Thread thread = new Thread(one, "zvpg-ask");
        thread.setDaemon(true);
        thread.start();
        other.run();
        T answer;
        try {
            answer = answer(one);
        } catch (SQLException | RuntimeException | Error e) {
            discard(other, discard, e);
            throw e;
        }
        try {
            return new Answers<>(answer, answer(other));
        } catch (SQLException | RuntimeException | Error e) {
            discard(one, discard, e);
            throw e;
        }
    }

    private static <T> T answer(FutureTask<T> task) throws SQLException {
        try {
            return Uninterrupted.call(task::get); // a driver that reads does not notice an interrupt either
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof SQLException failure) {
                throw failure;
            }
            if (cause instanceof RuntimeException failure) {
                throw failure;
            }
            if (cause instanceof Error failure) {
                throw failure;
            }
            throw new IllegalStateException(e);
        }
    }

    private static <T> void discard(FutureTask<T> alone, Discard<T> discard, Throwable failure) {
        try {
            discard.discard(answer(alone));
        } catch (SQLException | RuntimeException | Error e) {
            failure.addSuppressed(e);
        }
    }
}
