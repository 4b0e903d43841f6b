package dev.zvpg.internal.catalog;

import dev.zvpg.error.Problem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds what is wrong with what the listing says: what cannot be read, contradicts itself or is not at its end. It looks
 * at nothing else, so whether files and servers are as they should be is not told here. Immutable.
 */
public record CatalogCheck(Catalog catalog) {

    /** Everything that is wrong. */
    public List<Problem> problems() {
        List<Problem> problems = new ArrayList<>();
        catalog.unreadable().forEach(unreadable -> problems.add(unreadable.problem()));
        sharedPorts(problems);
        lostParents(problems);
        merges(problems);
        incoming(problems);
        return problems;
    }

    private void sharedPorts(List<Problem> problems) {
        Map<Integer, List<String>> names = new TreeMap<>();
        catalog.copies()
                .forEach(copy -> names.computeIfAbsent(copy.port(), port -> new ArrayList<>())
                        .add(copy.words()));
        names.forEach((port, those) -> {
            if (those.size() > 1) {
                problems.add(new Problem(
                        "port " + port + " is that of " + String.join(" and ", those)
                                + ", so only one can run at a time",
                        "replace all but one of them, without naming a port"));
            }
        });
    }

    private void lostParents(List<Problem> problems) {
        String advice = "its own data is whole, only its history ends there; "
                + "delete snapshots with this library, never with the storage's own tools";
        for (SnapshotRecord image : catalog.snapshots()) {
            if (!image.parents().stream()
                    .limit(1) // what was merged may go with its branch
                    .allMatch(parent -> catalog.snapshot(parent).isPresent())) {
                problems.add(
                        new Problem("snapshot " + catalog.ref(image) + " follows a snapshot that is gone", advice));
            }
        }
        for (CopyRecord branch : catalog.copies(CopyRecord.Kind.BRANCH)) {
            if (branch.base().filter(base -> catalog.snapshot(base).isEmpty()).isPresent()) {
                problems.add(new Problem(branch.words() + " began from a snapshot that is gone", advice));
            }
        }
    }

    private void merges(List<Problem> problems) {
        catalog.copies().stream()
                .filter(copy -> copy.merging().isPresent())
                .forEach(copy -> problems.add(new Problem(
                        "a merge into " + copy.words()
                                + " is not at its end: it goes on at this moment, or was cut off",
                        "if it was cut off, merge again, with options where there are conflicts")));
    }

    /** What has come and has no ref yet. */
    private void incoming(List<Problem> problems) {
        List<SnapshotRecord> kept = catalog.reachability().unreachable(Instant.MAX); // by nothing but the mark
        List<SnapshotRecord> incoming =
                catalog.incoming().stream().filter(kept::contains).toList();
        if (!incoming.isEmpty()) {
            problems.add(
                    new Problem(
                            "a transfer from another repository goes on at this moment, or was cut off; what has come so far: "
                                    + Lookup.list(
                                            incoming.stream().map(catalog::ref).toList()),
                            "if it was cut off, fetch or push again, which goes on from there; else it is removed a week after it came"));
        }
    }
}
