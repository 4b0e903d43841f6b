package dev.zvpg.examples.bench;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;

/** Draws comparisons: one bar for each contender, with its value on it. */
final class Charts {

    private static final int HEIGHT = 480;
    private static final int COLUMN = 90;
    private static final int FRAME = 140;
    private static final int SLANT_DEGREES = 35;

    private Charts() {}

    /** Returns the name of the file. */
    static String write(Path directory, Report.Comparison comparison) throws IOException {
        String file = comparison.title().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-") + ".svg";
        List<String> names = new ArrayList<>();
        List<Double> values = new ArrayList<>();
        for (Report.Row row : comparison.rows()) {
            names.add(row.name());
            values.add(Math.round(row.p50() * 10) / 10.0); // as in the table; it is the label too
        }
        CategoryChart chart = new CategoryChartBuilder()
                .width(FRAME + COLUMN * names.size())
                .height(HEIGHT)
                .title(comparison.title())
                .yAxisTitle("p50, " + comparison.unit())
                .build();
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setLegendVisible(false);
        chart.getStyler().setLabelsVisible(true);
        chart.getStyler().setXAxisLabelRotation(SLANT_DEGREES);
        chart.getStyler().setPlotGridLinesColor(new Color(0xDDDDDD));
        chart.addSeries("p50", names, values);
        VectorGraphicsEncoder.saveVectorGraphic(chart, directory.resolve(file).toString(), VectorGraphicsFormat.SVG);
        return file;
    }
}
