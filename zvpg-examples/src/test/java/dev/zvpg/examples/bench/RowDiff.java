package dev.zvpg.examples.bench;

import dev.zvpg.Branch;
import dev.zvpg.Diff;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.diff.RowChange;
import dev.zvpg.examples.bench.report.Comparison;
import dev.zvpg.examples.bench.report.Report;
import dev.zvpg.examples.bench.report.Samples;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;

/** Which of two million rows are different, the servers that tell it included; and the same with every row read. */
final class RowDiff implements Scenario {

    private static final int WARM_UP = 2;
    private static final int ROUNDS = 9;
    private static final int FACTOR = 104_729;

    /** In milliseconds, on btrfs. */
    private static final double FEW_BAR = 250;

    private static final double MANY_BAR = 600;
    private static final double ALL_BAR = 2500;

    @Override
    public String title() {
        return "Rows that are different among two million";
    }

    @Override
    public void measure(Ground ground, Report report) throws Exception {
        try (Repository repo = ground.repository("diff")) {
            try {
                Branch main = repo.branch("main");
                main.start();
                Accounts.create(main);
                Snapshot base = main.snapshot("base", "");
                Samples few = samples(base, change(base, "few", 40), 40);
                Samples many = samples(base, change(base, "many", 1000), 1000);
                Branch rewritten = change(base, "all", 120);
                Accounts.execute(rewritten, "VACUUM FULL accounts", "CHECKPOINT");
                Samples all = samples(base, rewritten, 120);
                main.stop();
                Accounts.report(report, ground, "diff", few, FEW_BAR);
                Accounts.report(report, ground, "diff", many, MANY_BAR);
                Accounts.report(report, ground, "diff", all, ALL_BAR);
                report.add(Comparison.of(
                        "Rows that are different among two million, on " + ground.name(),
                        List.of(few, many, all),
                        all.name(),
                        Samples.names(List.of(few, many, all))));
            } finally {
                repo.destroy();
            }
        }
    }

    /** A branch with so many rows changed all over the table. */
    private static Branch change(Snapshot base, String name, int rows) throws SQLException {
        Branch branch = base.branch(name);
        branch.start();
        Accounts.change(branch, "balance", rows, FACTOR);
        return branch;
    }

    private static Samples samples(Snapshot base, Branch changed, int rows) throws Exception {
        Snapshot later = changed.commit("");
        changed.stop();
        Samples samples = new Samples(changed.name());
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            samples.run(round >= 0, () -> {
                try (Diff diff = base.diff(later);
                        Stream<RowChange> found = diff.table("public.accounts").rows()) {
                    if (found.count() != rows) {
                        throw new IllegalStateException("found other rows than " + rows);
                    }
                }
            });
        }
        return samples;
    }
}
