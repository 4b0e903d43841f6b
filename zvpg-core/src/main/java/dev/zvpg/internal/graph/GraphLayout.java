package dev.zvpg.internal.graph;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a history is drawn: each snapshot has a row of its own, and in it a lane. Between two rows lines run in lanes
 * without gaps between them, each on its way to one snapshot; lines to the same snapshot run in one. Immutable.
 *
 * @param rows one for each snapshot of the history
 * @param edges one for each snapshot and parent of it
 */
public record GraphLayout(List<Row> rows, List<Edge> edges) {

    /**
     * A snapshot's row.
     *
     * @param lane its lane, from 0
     * @param lanes how many lanes there are in the row
     * @param steps what happens to the lanes between this row and the next, one after another
     */
    public record Row(int lane, int lanes, List<Step> steps) {}

    /**
     * The line from a snapshot to a parent.
     *
     * @param child the snapshot's row
     * @param lanes the lane it is in, in each row from the child's to the parent's
     */
    public record Edge(int child, List<Integer> lanes) {

        public int parent() {
            return child + lanes.size() - 1;
        }
    }

    /** What a step does. */
    enum Kind {
        /** A snapshot without parents: lane {@code from} ends. */
        END,
        /** Lane {@code from} runs into lane {@code to}, which is left of it. */
        JOIN,
        /**
         * A line from the snapshot in lane {@code from} to a further parent begins in a new lane, the next to the
         * right.
         */
        OPEN,
        /**
         * A line from the snapshot in lane {@code from} to a further parent runs into lane {@code to}, on either side.
         */
        LINK
    }

    /** One change of the lanes; those to the right of a lane that ends or begins move by one. */
    record Step(Kind kind, int from, int to) {

        static final int NOWHERE = -1;

        /** Where a line that is in a lane before this step is after it. */
        int follow(int lane) {
            return switch (kind) {
                case END -> lane == from ? NOWHERE : lane > from ? lane - 1 : lane;
                case JOIN -> lane == from ? to : lane > from ? lane - 1 : lane;
                case OPEN -> lane > from ? lane + 1 : lane;
                case LINK -> lane;
            };
        }

        /** How many lanes there are after it. */
        int lanes(int before) {
            return switch (kind) {
                case END, JOIN -> before - 1;
                case OPEN -> before + 1;
                case LINK -> before;
            };
        }
    }

    public static GraphLayout of(History history) {
        List<Row> rows = new ArrayList<>();
        List<Start> starts = new ArrayList<>();
        List<Integer> lanes = new ArrayList<>(); // the row that the line in each is on its way to
        for (int row = 0; row < history.nodes().size(); row++) {
            int lane = lanes.indexOf(row);
            if (lane < 0) {
                lane = lanes.size();
                lanes.add(row);
            }
            int width = lanes.size();
            List<Step> steps = new ArrayList<>();
            List<Integer> parents = history.nodes().get(row).parents();
            // the further parents first, because the line to the first one may run away to the left
            for (int parent : parents.subList(Math.min(1, parents.size()), parents.size())) {
                steps.add(further(lanes, lane, parent));
                starts.add(new Start(
                        row, parent, steps.size(), steps.get(steps.size() - 1).to()));
            }
            if (parents.isEmpty()) {
                lanes.remove(lane);
                steps.add(new Step(Kind.END, lane, lane));
            } else {
                starts.add(new Start(row, parents.get(0), 0, lane));
                first(lanes, lane, parents.get(0), steps);
            }
            rows.add(new Row(lane, width, List.copyOf(steps)));
        }
        return new GraphLayout(
                List.copyOf(rows),
                starts.stream().map(start -> edge(rows, start)).toList());
    }

    private static Step further(List<Integer> lanes, int lane, int parent) {
        int known = lanes.indexOf(parent);
        if (known >= 0) {
            return new Step(Kind.LINK, lane, known);
        }
        lanes.add(lane + 1, parent);
        return new Step(Kind.OPEN, lane, lane + 1);
    }

    private static void first(List<Integer> lanes, int lane, int parent, List<Step> steps) {
        int known = lanes.indexOf(parent);
        lanes.set(lane, parent);
        if (known >= 0) {
            int from = Math.max(lane, known);
            lanes.remove(from);
            steps.add(new Step(Kind.JOIN, from, Math.min(lane, known)));
        }
    }

    /** Where the line from a row to a parent begins: in this lane, before that step. */
    private record Start(int row, int parent, int step, int lane) {}

    private static Edge edge(List<Row> rows, Start start) {
        List<Integer> lanes = new ArrayList<>();
        lanes.add(rows.get(start.row()).lane());
        int lane = start.lane();
        int step = start.step();
        for (int row = start.row(); row < start.parent(); row++) {
            for (Step next :
                    rows.get(row).steps().subList(step, rows.get(row).steps().size())) {
                lane = next.follow(lane);
            }
            lanes.add(lane);
            step = 0;
        }
        return new Edge(start.row(), List.copyOf(lanes));
    }
}
