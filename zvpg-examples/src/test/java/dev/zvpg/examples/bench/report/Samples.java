package dev.zvpg.examples.bench.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;

/** The times that one thing took. Not thread-safe. */
public final class Samples {

    private final String name;
    private final List<Double> milliseconds = new ArrayList<>();

    public Samples(String name) {
        this.name = name;
    }

    public String name() {
        return name;
    }

    /** The names of several. */
    public static List<String> names(Collection<Samples> samples) {
        return samples.stream().map(Samples::name).toList();
    }

    public <T> T time(boolean counts, Callable<T> step) throws Exception {
        long began = System.nanoTime();
        T result = step.call();
        add(counts, System.nanoTime() - began);
        return result;
    }

    public void run(boolean counts, Step step) throws Exception {
        long began = System.nanoTime();
        step.run();
        add(counts, System.nanoTime() - began);
    }

    public void add(boolean counts, long nanoseconds) {
        if (counts) {
            milliseconds.add(nanoseconds / 1e6);
        }
    }

    public double median() {
        return percentile(50);
    }

    /** The nearest-rank percentile, in milliseconds. */
    public double percentile(int percent) {
        List<Double> sorted = milliseconds.stream().sorted().toList();
        int rank = (int) Math.ceil(percent / 100.0 * sorted.size());
        return sorted.get(Math.max(rank, 1) - 1);
    }

    /** The distance of the quartiles, in milliseconds: half of all lie within it. */
    public double spread() {
        return percentile(75) - percentile(25);
    }

    public interface Step {
        void run() throws Exception;
    }
}
