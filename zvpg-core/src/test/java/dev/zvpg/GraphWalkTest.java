package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.internal.graph.GraphLayout;
import dev.zvpg.internal.graph.History;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Random histories: what is drawn is read back from the drawing, and must be the history. */
class GraphWalkTest {

    private static final int SNAPSHOTS = 60;

    /** A child and a parent of it, by name. */
    record Line(String child, String parent) {}

    static IntStream seeds() {
        return IntStream.range(0, 100);
    }

    /** Branches of branches, resets, deleted branches, clones, merges of two and more, lost parents. */
    private static DrawnHistory random(long seed) {
        Random random = new Random(seed);
        DrawnHistory history = new DrawnHistory().branch("main");
        List<String> branches = new ArrayList<>(List.of("main"));
        Map<String, String> heads = new HashMap<>();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < SNAPSHOTS; i++) {
            String branch = branches.get(random.nextInt(branches.size()));
            if (!names.isEmpty() && random.nextInt(6) == 0) {
                branch = "b" + i;
                heads.put(branch, names.get(random.nextInt(names.size())));
                history.branch(branch, heads.get(branch));
                branches.add(branch);
            }
            if (!names.isEmpty() && random.nextInt(10) == 0) { // a reset
                heads.put(branch, names.get(random.nextInt(names.size())));
            }
            Set<String> parents = new TreeSet<>();
            List<String> follows = new ArrayList<>();
            if (heads.containsKey(branch) && parents.add(heads.get(branch))) {
                follows.add(heads.get(branch));
            }
            while (!follows.isEmpty() && random.nextInt(5) == 0) {
                String merged = names.get(random.nextInt(names.size()));
                if (parents.add(merged)) {
                    follows.add(merged);
                }
            }
            if (random.nextInt(20) == 0) {
                follows.add("gone" + i);
            }
            String name = "s" + i;
            history.snapshot(branch, name, "message " + i, follows.toArray(String[]::new));
            heads.put(branch, name);
            names.add(name);
            if (random.nextInt(8) == 0) {
                history.clone("c" + i, names.get(random.nextInt(names.size())));
            }
        }
        return history;
    }

    private static Set<Line> lines(DrawnHistory history) {
        Set<Line> lines = new HashSet<>();
        history.parents()
                .forEach((child, parents) -> parents.stream()
                        .filter(history.parents()::containsKey)
                        .forEach(parent -> lines.add(new Line(history.ref(child), history.ref(parent)))));
        return lines;
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theTextHasEverySnapshotOnceAndALineToEachParentAndNoOther(long seed) {
        DrawnHistory history = random(seed);
        List<String> text = history.graph().text().lines().toList();
        assertThat(nodes(text).values())
                .as("\n%s", history)
                .containsExactlyInAnyOrderElementsOf(
                        history.parents().keySet().stream().map(history::ref).toList());
        assertThat(linesOf(text)).as("\n%s", history).isEqualTo(lines(history));
    }

    private static final Pattern NODE = Pattern.compile("((?:\\| )*)\\* ((?:\\| )*)(\\S+).*");

    /** The snapshots by the text's lines, from 0. */
    private static Map<Integer, String> nodes(List<String> text) {
        Map<Integer, String> nodes = new HashMap<>();
        for (int i = 0; i < text.size(); i++) {
            Matcher node = NODE.matcher(text.get(i));
            if (node.matches()) {
                nodes.put(i, node.group(3));
            }
        }
        return nodes;
    }

    /** Follows the strokes down from each snapshot. */
    private static Set<Line> linesOf(List<String> text) {
        Map<Integer, String> nodes = nodes(text);
        Set<Line> lines = new HashSet<>();
        nodes.forEach((start, child) -> {
            Set<Integer> columns = Set.of(text.get(start).indexOf('*'));
            for (int i = start + 1; i < text.size() && !columns.isEmpty(); i++) {
                Set<Integer> next = new TreeSet<>();
                for (int column : columns) {
                    String parent = nodes.get(i);
                    if (parent == null) {
                        next.addAll(below(text.get(i), column));
                    } else if (at(text.get(i), column) == '*') {
                        lines.add(new Line(child, parent));
                    } else {
                        assertThat(at(text.get(i), column))
                                .as("column %s of %s", column, text.get(i))
                                .isEqualTo('|');
                        next.add(column);
                    }
                }
                columns = next;
            }
        });
        return lines;
    }

    /** Where the strokes of a line between snapshots lead to from a column. */
    private static Set<Integer> below(String line, int column) {
        Set<Integer> below = new TreeSet<>();
        if (at(line, column) == '|') {
            below.add(column);
        }
        if (at(line, column - 1) == '/') {
            int end = column - 2;
            while (at(line, end - 1) == '_') {
                end -= 2;
            }
            below.add(end);
        }
        if (at(line, column + 1) == '\\') {
            int end = column + 2;
            while (at(line, end + 1) == '_') {
                end += 2;
            }
            below.add(end);
        }
        return below;
    }

    private static char at(String line, int column) {
        return column >= 0 && column < line.length() ? line.charAt(column) : ' ';
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void noLineRunsThroughASnapshotThatIsNotItsEnd(long seed) {
        GraphLayout layout = GraphLayout.of(History.of(random(seed).catalog()));
        for (GraphLayout.Edge edge : layout.edges()) {
            assertThat(edge.lanes().get(0))
                    .isEqualTo(layout.rows().get(edge.child()).lane());
            assertThat(edge.lanes().get(edge.lanes().size() - 1))
                    .isEqualTo(layout.rows().get(edge.parent()).lane());
            for (int i = 1; i < edge.lanes().size() - 1; i++) {
                GraphLayout.Row row = layout.rows().get(edge.child() + i);
                assertThat(edge.lanes().get(i)).isNotEqualTo(row.lane()).isBetween(0, row.lanes() - 1);
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theSvgHasEverySnapshotOnceAndALineToEachParentAndNoOther(long seed) throws Exception {
        DrawnHistory history = random(seed);
        Document svg = parse(history.graph().svg());
        Map<String, String> nodes = new HashMap<>(); // by where they are
        for (Element group : elements(svg, "g")) {
            Element circle = (Element) group.getElementsByTagName("circle").item(0);
            String title = group.getElementsByTagName("title").item(0).getTextContent();
            nodes.put(
                    circle.getAttribute("cx") + " " + circle.getAttribute("cy"),
                    title.lines().findFirst().orElse(""));
        }
        assertThat(nodes.values())
                .containsExactlyInAnyOrderElementsOf(
                        history.parents().keySet().stream().map(history::ref).toList());
        Set<Line> lines = new HashSet<>();
        Pattern path = Pattern.compile("M(\\d+ \\d+)(?:.* (\\d+) \\d+)? V(\\d+)");
        for (Element edge : elements(svg, "path")) {
            Matcher drawn = path.matcher(edge.getAttribute("d"));
            assertThat(drawn.matches()).as(edge.getAttribute("d")).isTrue();
            String x = drawn.group(2) == null ? drawn.group(1).split(" ", -1)[0] : drawn.group(2);
            lines.add(new Line(
                    nodes.getOrDefault(drawn.group(1), "?"), nodes.getOrDefault(x + " " + drawn.group(3), "?")));
        }
        assertThat(lines).isEqualTo(lines(history));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theMermaidChartHasALineToEachParentAndNoOther(long seed) {
        DrawnHistory history = random(seed);
        String chart = history.graph().mermaid();
        Map<String, String> nodes = new HashMap<>();
        Matcher node = Pattern.compile("(s\\d+)\\[\"(\\S+)#58;").matcher(chart);
        while (node.find()) {
            nodes.put(node.group(1), node.group(2));
        }
        Set<Line> lines = new HashSet<>();
        Matcher line = Pattern.compile("(s\\d+) --> (s\\d+)").matcher(chart);
        while (line.find()) {
            lines.add(new Line(nodes.getOrDefault(line.group(2), "?"), nodes.getOrDefault(line.group(1), "?")));
        }
        assertThat(nodes).hasSize(SNAPSHOTS);
        assertThat(lines).isEqualTo(lines(history));
    }

    @Test
    void theSameHistoryGivesTheSameDrawing() {
        assertThat(random(7).graph().text()).isEqualTo(random(7).graph().text());
        assertThat(random(7).graph().mermaid()).isEqualTo(random(7).graph().mermaid());
        assertThat(random(7).graph().svg()).isEqualTo(random(7).graph().svg());
    }

    @Test
    void namesAndMessagesCannotBreakTheSvg() throws Exception {
        String name = "a\"b<c>&'d;]]><!--";
        String message =
                "</title></svg><script>x</script>\u0001\u001b[31m\u202E\u007f\u0085\uFFFF &amp; 😀 漢字\r\nsecond\tline";
        DrawnHistory history = new DrawnHistory()
                .branch(name)
                .snapshot(name, name + "1", message)
                .clone(name, "gone");
        Document svg = parse(history.graph().svg());
        assertThat(elements(svg, "script")).isEmpty();
        assertThat(elements(svg, "text"))
                .extracting(Element::getTextContent)
                .contains(name + "@" + name + "1", name, "clone " + name);
        assertThat(elements(svg, "title").get(0).getTextContent())
                .startsWith(name + "@" + name + "1\nann, 2026-01-01T00:00:00Z\n</title></svg><script>x</script>")
                .endsWith("second line");
    }

    @Test
    void aHistoryWithoutSnapshotsIsADocumentToo() throws Exception {
        assertThat(elements(parse(new DrawnHistory().branch("main").graph().svg()), "text"))
                .extracting(Element::getTextContent)
                .containsExactly("main", "without a snapshot");
    }

    @Test
    void aLongHistoryIsDrawnWithoutRunningOutOfStack() {
        DrawnHistory history = new DrawnHistory().branch("main").snapshot("main", "s0", "");
        for (int i = 1; i < 20_000; i++) {
            history.snapshot("main", "s" + i, "", "s" + (i - 1));
        }
        assertThat(history.graph().text().lines()).hasSize(20_000);
    }

    private static Document parse(String svg) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    }

    private static List<Element> elements(Document document, String tag) {
        NodeList found = document.getElementsByTagName(tag);
        return IntStream.range(0, found.getLength())
                .mapToObj(i -> (Element) found.item(i))
                .toList();
    }
}
