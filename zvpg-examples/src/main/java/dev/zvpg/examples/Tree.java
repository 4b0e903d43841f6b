package dev.zvpg.examples;

import dev.zvpg.info.BranchInfo;
import dev.zvpg.info.CloneInfo;
import dev.zvpg.info.SnapshotInfo;
import dev.zvpg.info.Status;
import dev.zvpg.server.ServerState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Draws what a repository holds: each branch with its snapshots, and what grew from each. Immutable. */
final class Tree {

    private final Status status;

    Tree(Status status) {
        this.status = status;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (BranchInfo branch : status.branches()) {
            if (branch.start().isEmpty()) {
                draw(text, node(branch), "    ", "    ");
            }
        }
        return text.toString();
    }

    private record Node(String line, List<Node> children) {}

    private Node node(BranchInfo branch) {
        List<Node> children = new ArrayList<>();
        for (SnapshotInfo snapshot : status.snapshots()) {
            if (snapshot.branchId().equals(branch.id())) {
                children.add(node(snapshot));
            }
        }
        return new Node("branch " + branch.name() + "  (" + server(branch.state(), branch.port()) + ")", children);
    }

    private Node node(SnapshotInfo snapshot) {
        List<Node> children = new ArrayList<>();
        for (BranchInfo branch : status.branches()) {
            if (branch.start().equals(Optional.of(snapshot.ref()))) {
                children.add(node(branch));
            }
        }
        for (CloneInfo clone : status.clones()) {
            if (clone.snapshot().equals(Optional.of(snapshot.ref()))) {
                children.add(new Node(
                        "clone " + clone.name() + "  (" + server(clone.state(), clone.port()) + ")", List.of()));
            }
        }
        return new Node("snapshot " + snapshot.ref() + "  \"" + snapshot.message() + "\"", children);
    }

    private static String server(ServerState state, int port) {
        return switch (state) {
            case RUNNING -> "running on port " + port;
            case STOPPED -> "stopped";
            case CRASHED -> "crashed; recovers at the next start";
        };
    }

    private static void draw(StringBuilder text, Node node, String indent, String childIndent) {
        text.append(indent).append(node.line()).append('\n');
        for (int i = 0; i < node.children().size(); i++) {
            boolean last = i == node.children().size() - 1;
            draw(
                    text,
                    node.children().get(i),
                    childIndent + (last ? "└── " : "├── "),
                    childIndent + (last ? "    " : "│   "));
        }
    }
}
