package dev.zvpg.examples.bench.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Things side by side.
 *
 * @param title what was measured, and where
 * @param floor the row that the ratios are to
 * @param rows in the order in which they are shown
 * @param goal what ours have to keep to; or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Comparison(
        String title,
        String floor,
        List<Row> rows,
        @Nullable Goal goal) {

    /**
     * What one thing took.
     *
     * @param name what it is
     * @param p50 the median, in milliseconds
     * @param p95 the 95th percentile, in milliseconds
     * @param spread the distance of the quartiles, in milliseconds
     * @param ratio the median's to the floor's
     * @param ours whether this project is what is measured
     */
    public record Row(String name, double p50, double p95, double spread, double ratio, boolean ours) {}

    /**
     * The most that ours may take.
     *
     * @param milliseconds the bound
     * @param text how it is meant, such as {@code 2 x bare postgres}
     */
    public record Goal(double milliseconds, String text) {}

    /** Compares what is not ours to what is, by name, and all to one of them, the floor. */
    public static Comparison of(String title, Collection<Samples> samples, String floor, Collection<String> ours) {
        double unit = samples.stream()
                .filter(s -> s.name().equals(floor))
                .findFirst()
                .orElseThrow()
                .median();
        List<Row> rows = samples.stream()
                .map(s -> new Row(
                        s.name(), s.median(), s.percentile(95), s.spread(), s.median() / unit, ours.contains(s.name())))
                .toList();
        return new Comparison(title, floor, rows, null);
    }

    /** With a goal: so many times another row's median. */
    public Comparison goal(double times, String row) {
        double median = rows.stream()
                .filter(r -> r.name().equals(row))
                .findFirst()
                .orElseThrow()
                .p50();
        String text = (times == 1 ? "" : Figure.trim(times) + " × ") + row;
        return new Comparison(title, floor, rows, new Goal(times * median, text));
    }
}
