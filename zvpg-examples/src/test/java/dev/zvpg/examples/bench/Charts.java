package dev.zvpg.examples.bench;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.HorizontalBarChart;
import org.knowm.xchart.HorizontalBarChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.style.Styler;

/** Draws comparisons: one bar for each contender, on a logarithmic scale, because the peers are far apart. */
final class Charts {

    private static final int WIDTH = 800;
    private static final int ROW = 36;
    private static final int FRAME = 140;

    private Charts() {}

    /** Returns the name of the file. */
    static String write(Path directory, Report.Comparison comparison) throws IOException {
        String file = comparison.title().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-") + ".svg";
        List<String> names = new ArrayList<>();
        List<Double> values = new ArrayList<>();
        for (Report.Row row : comparison.rows()) {
            names.add(row.name());
            values.add(row.p50());
        }
        Collections.reverse(names); // the first one on top
        Collections.reverse(values);
        HorizontalBarChart chart = new HorizontalBarChartBuilder()
                .width(WIDTH)
                .height(FRAME + ROW * names.size())
                .title(comparison.title())
                .xAxisTitle("p50, " + comparison.unit() + " (logarithmic)")
                .build();
        chart.getStyler().setLegendVisible(false);
        chart.getStyler().setLabelsVisible(true);
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setPlotGridLinesColor(new Color(0xDDDDDD));
        chart.getStyler().setToolTipType(Styler.ToolTipType.xLabels);
        chart.addSeries("p50", values, names);
        VectorGraphicsEncoder.saveVectorGraphic(chart, directory.resolve(file).toString(), VectorGraphicsFormat.SVG);
        return file;
    }
}
