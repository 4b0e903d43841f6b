package dev.zvpg.examples.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Collects what comes out, prints each figure at once, and writes Markdown, JSON and charts at the end. */
final class Report {

    private final String machine;
    private final List<Figure> figures = new ArrayList<>();
    private final List<Comparison> comparisons = new ArrayList<>();

    /** Contenders side by side, in milliseconds. */
    record Comparison(String title, String unit, List<Row> rows) {}

    record Row(String name, double p50, double p95, double spread, double ratio) {}

    Report(String machine) {
        this.machine = machine;
    }

    void add(Figure figure) {
        figures.add(figure);
        Console.say(figure);
    }

    /** Notes what contenders took, as ratios to one of them. */
    void table(String title, Collection<Samples> samples, String floor) {
        double unit = samples.stream()
                .filter(s -> s.name().equals(floor))
                .findFirst()
                .orElseThrow()
                .median();
        List<Row> rows = samples.stream()
                .map(s -> new Row(s.name(), s.median(), s.percentile(95), s.spread(), s.median() / unit))
                .toList();
        comparisons.add(new Comparison(title, "ms", rows));
        Console.say(title + ": p50, p95 in ms, and the ratio of p50 to " + floor);
        rows.forEach(row -> Console.say(String.format(
                Locale.ROOT, "  %-40s %9.1f %9.1f %7.2f", row.name(), row.p50(), row.p95(), row.ratio())));
    }

    /** Writes {@code report.md}, {@code report.json} and a chart for each comparison. */
    void write(Path directory) throws IOException {
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
            String file = Charts.write(directory, comparison);
            markdown.append("\n## ")
                    .append(comparison.title())
                    .append("\n\n![](")
                    .append(file)
                    .append(")\n\n");
            markdown.append("| | p50 ms | p95 ms | quartiles apart | ratio |\n|---|---|---|---|---|\n");
            for (Row row : comparison.rows()) {
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
