package dev.zvpg.examples.bench.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One line of the result.
 *
 * @param name what was measured, and where
 * @param value the figure
 * @param unit its unit
 * @param ratio the figure as a ratio, to what {@code ratioTo} names; or null
 * @param ratioTo what the ratio is to; or null
 * @param bar what the ratio, or the value where there is none, has to keep to; or null where nothing was promised
 * @param atLeast whether the bar is the least that is allowed, and not the most
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Figure(
        String name,
        double value,
        String unit,
        @Nullable Double ratio,
        @Nullable String ratioTo,
        @Nullable Double bar,
        boolean atLeast) {

    public static Figure of(String name, double value, String unit) {
        return new Figure(name, value, unit, null, null, null, false);
    }

    public static Figure ratio(String name, double value, String unit, double other, String ratioTo) {
        return new Figure(name, value, unit, value / other, ratioTo, null, false);
    }

    /** How many times faster than something that takes so long. */
    public static Figure faster(String name, double value, String unit, double other, String ratioTo) {
        return new Figure(name, value, unit, other / value, "times faster than " + ratioTo, null, false);
    }

    public Figure atMost(double bar) {
        return new Figure(name, value, unit, ratio, ratioTo, bar, false);
    }

    public Figure atLeast(double bar) {
        return new Figure(name, value, unit, ratio, ratioTo, bar, true);
    }

    /** Whether it keeps to its bar; "-" where there is none. */
    public String verdict() {
        if (bar == null) {
            return "-";
        }
        double judged = ratio != null ? ratio : value;
        return (atLeast ? judged >= bar : judged <= bar) ? "pass" : "short";
    }

    public String barText() {
        return bar == null ? "-" : (atLeast ? ">=" : "<=") + trim(bar);
    }

    public String ratioText() {
        return ratio == null ? "-" : String.format(Locale.ROOT, "%.2f", ratio);
    }

    public String valueText() {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value);
    }

    static String trim(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    /** {@code name value unit ratio-to bar pass|short}. */
    @Override
    public String toString() {
        return String.join(
                " ",
                name,
                valueText(),
                unit,
                ratioText() + (ratioTo == null ? "" : " (" + ratioTo + ")"),
                barText(),
                verdict());
    }
}
