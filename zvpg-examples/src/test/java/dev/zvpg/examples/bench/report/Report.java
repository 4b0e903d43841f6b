package dev.zvpg.examples.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Collects what comes out, prints each figure at once, and writes Markdown, JSON and charts at the end. */
public final class Report {

    private final String machine;
    private final List<Figure> figures = new ArrayList<>();
    private final List<Comparison> comparisons = new ArrayList<>();

    /**
     * @param machine what is measured on, in a sentence
     */
    public Report(String machine) {
        this.machine = machine;
    }

    /** Notes a figure. */
    public void add(Figure figure) {
        figures.add(figure);
        Console.say(figure);
    }

    /** Notes what contenders took. */
    public void add(Comparison comparison) {
        comparisons.add(comparison);
        Console.say(comparison.title() + ": p50, p95 in ms, and the ratio of p50 to " + comparison.floor());
        comparison
                .rows()
                .forEach(row -> Console.say(String.format(
                        Locale.ROOT, "  %-40s %9.1f %9.1f %7.2f", row.name(), row.p50(), row.p95(), row.ratio())));
    }

    /** Writes {@code report.md}, {@code report.json} and a chart for each comparison. */
    public void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(
                        directory.resolve("report.json").toFile(),
                        Map.of("machine", machine, "figures", figures, "comparisons", comparisons));
        StringBuilder markdown =
                new StringBuilder("# Benchmark\n\n").append(machine).append("\n\n");
        markdown.append("| figure | value | unit | ratio | bar | |\n|---|---|---|---|---|---|\n");
        for (Figure figure : figures) {
            markdown.append("| ")
                    .append(String.join(
                            " | ",
                            figure.name(),
                            figure.valueText(),
                            figure.unit(),
                            figure.ratio() == null ? "" : figure.ratioText() + " " + figure.ratioTo(),
                            figure.bar() == null ? "" : figure.barText(),
                            figure.bar() == null ? "" : figure.verdict()))
                    .append(" |\n");
        }
        for (Comparison comparison : comparisons) {
            String file = comparison.title().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-") + ".svg";
            Files.writeString(directory.resolve(file), Chart.svg(comparison, machine));
            markdown.append("\n## ")
                    .append(comparison.title())
                    .append("\n\n![](")
                    .append(file)
                    .append(")\n\n");
            markdown.append("| | p50 ms | p95 ms | quartiles apart | ratio |\n|---|---|---|---|---|\n");
            for (Comparison.Row row : comparison.rows()) {
                markdown.append(String.format(
                        Locale.ROOT,
                        "| %s | %.1f | %.1f | %.1f | %.2f |%n",
                        row.name(),
                        row.p50(),
                        row.p95(),
                        row.spread(),
                        row.ratio()));
            }
        }
        Files.writeString(directory.resolve("report.md"), markdown);
    }
}
