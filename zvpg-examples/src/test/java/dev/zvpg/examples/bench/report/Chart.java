package dev.zvpg.examples.bench.report;

import java.util.Locale;

/**
 * Draws a comparison as SVG: a bar for each row, ours in a colour of its own, with its value and ratio, above an axis;
 * and the goal as a line. It has its own background and follows the reader's choice of light or dark.
 */
final class Chart {

    private static final int WIDTH = 900;
    private static final int MARGIN = 24;
    private static final int HEAD = 92; // title, subtitle, and what the goal is
    private static final int ROW = 34;
    private static final int BAR = 22;
    private static final int FOOT = 72; // the axis, and the machine
    private static final int VALUE = 150; // room for the value beside the longest bar
    private static final double LETTER = 8.4; // of a label, in the widest of usual fonts
    private static final int TICKS = 5;
    private static final double MANY_MS = 10_000;

    private static final String STYLE = """
            <style>
            text { font: 14px -apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif; fill: #1f2328 }
            .card { fill: #ffffff; stroke: #d1d9e0 } .grid { stroke: #e4e8ec } .axis { stroke: #818b98 }
            .title { font-size: 18px; font-weight: 600 } .ours { font-weight: 600 }
            .value { paint-order: stroke; stroke: #ffffff; stroke-width: 5px; stroke-linejoin: round }
            .muted, .small { fill: #59636e } .small { font-size: 12px }
            .bar { fill: #b6bfc9 } .bar.ours { fill: #0969da }
            .goal { stroke: #bc4c00; stroke-width: 2; stroke-dasharray: 5 4 }
            .goaltext { fill: #bc4c00; font-size: 13px }
            @media (prefers-color-scheme: dark) {
              text { fill: #f0f6fc } .card { fill: #0d1117; stroke: #3d444d }
              .grid { stroke: #262c36 } .axis { stroke: #656c76 }
              .value { stroke: #0d1117 } .muted, .small { fill: #9198a1 }
              .bar { fill: #59626d } .bar.ours { fill: #4493f8 } .goal { stroke: #f0883e } .goaltext { fill: #f0883e }
            }
            </style>
            """;

    private final Comparison comparison;
    private final String machine;
    private final int left;
    private final double unit;
    private final double scale;
    private final double most;
    private final StringBuilder svg = new StringBuilder();

    private Chart(Comparison comparison, String machine) {
        this.comparison = comparison;
        this.machine = machine;
        int letters = comparison.rows().stream()
                .mapToInt(row -> row.name().length())
                .max()
                .orElse(0);
        this.left = MARGIN + (int) (letters * LETTER) + 12;
        double longest = comparison.rows().stream()
                .mapToDouble(Comparison.Row::p50)
                .max()
                .orElse(1);
        this.unit = longest < MANY_MS ? 1 : 1000;
        Comparison.Goal goal = comparison.goal();
        this.most = Math.max(longest, goal == null ? 0 : goal.milliseconds()) / unit;
        this.scale = (WIDTH - MARGIN - VALUE - left) / most;
    }

    /**
     * Draws one.
     *
     * @param machine what it was measured on
     */
    static String svg(Comparison comparison, String machine) {
        return new Chart(comparison, machine).draw();
    }

    private String draw() {
        int bottom = HEAD + comparison.rows().size() * ROW;
        int height = bottom + FOOT;
        svg.append(String.format("""
                <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" role="img">
                <title>%3$s</title>
                """, WIDTH, height, escape(comparison.title())));
        svg.append(STYLE);
        svg.append(String.format(
                "<rect class=\"card\" x=\"0.5\" y=\"0.5\" width=\"%d\" height=\"%d\" rx=\"8\"/>%n",
                WIDTH - 1, height - 1));
        text("title", "start", MARGIN, 36, comparison.title());
        text(
                "muted",
                "start",
                MARGIN,
                58,
                "Median, in " + unitName() + ", and as a multiple of " + comparison.floor() + "; less is better");
        axis(bottom);
        for (int i = 0; i < comparison.rows().size(); i++) {
            bar(comparison.rows().get(i), HEAD + i * ROW);
        }
        goal(bottom);
        for (int i = 0; i < comparison.rows().size(); i++) {
            value(comparison.rows().get(i), HEAD + i * ROW); // over the goal's line
        }
        text("small", "start", MARGIN, height - 16, machine);
        return svg.append("</svg>\n").toString();
    }

    private void axis(int bottom) {
        double step = step();
        for (int i = 0; i * step <= most * 1.0001; i++) {
            double x = x(i * step);
            line(i == 0 ? "axis" : "grid", x, HEAD - 6, bottom + 4);
            text(
                    "small",
                    "middle",
                    x,
                    bottom + 20,
                    Figure.trim(Math.round(i * step * 100) / 100.0) + " " + unitShort());
        }
    }

    /** The smallest of 1, 2, 2.5 and 5 times a power of ten with which there are few ticks. */
    private double step() {
        double power = Math.pow(10, Math.floor(Math.log10(most / TICKS)));
        double rest = most / TICKS / power;
        return power * (rest <= 1 ? 1 : rest <= 2 ? 2 : rest <= 2.5 ? 2.5 : rest <= 5 ? 5 : 10);
    }

    private void bar(Comparison.Row row, int top) {
        double width = Math.max(row.p50() / unit * scale, 2);
        svg.append(String.format(
                Locale.ROOT,
                "<rect class=\"bar%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>%n",
                row.ours() ? " ours" : "",
                left,
                top + (ROW - BAR) / 2,
                width,
                BAR));
        text(row.ours() ? "ours" : "", "end", left - 10, baseline(top), row.name());
    }

    private void value(Comparison.Row row, int top) {
        double value = row.p50() / unit;
        String number = String.format(Locale.ROOT, value < 10 ? "%.1f" : "%.0f", value);
        text(
                row.ours() ? "value ours" : "value",
                "start",
                x(value) + 8,
                baseline(top),
                number + " " + unitShort()
                        + (row.name().equals(comparison.floor())
                                ? ""
                                : String.format(Locale.ROOT, " (%.2f ×)", row.ratio())));
    }

    private void goal(int bottom) {
        Comparison.Goal goal = comparison.goal();
        if (goal == null) {
            return;
        }
        double x = x(goal.milliseconds() / unit);
        line("goal", x, HEAD - 6, bottom + 4);
        boolean right = x > WIDTH / 2.0;
        text("goaltext", right ? "end" : "start", right ? x + 4 : x - 4, HEAD - 12, "goal: at most " + goal.text());
    }

    private static int baseline(int top) {
        return top + ROW / 2 + 5;
    }

    private double x(double value) {
        return left + value * scale;
    }

    private String unitName() {
        return unit == 1 ? "milliseconds" : "seconds";
    }

    private String unitShort() {
        return unit == 1 ? "ms" : "s";
    }

    private void line(String style, double x, int from, int to) {
        svg.append(String.format(
                Locale.ROOT,
                "<line class=\"%1$s\" x1=\"%2$.1f\" y1=\"%3$d\" x2=\"%2$.1f\" y2=\"%4$d\"/>%n",
                style,
                x,
                from,
                to));
    }

    private void text(String style, String anchor, double x, int y, String text) {
        svg.append(String.format(
                Locale.ROOT,
                "<text class=\"%s\" text-anchor=\"%s\" x=\"%.1f\" y=\"%d\">%s</text>%n",
                style,
                anchor,
                x,
                y,
                escape(text)));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
