package dev.zvpg.examples.bench;

import dev.zvpg.Branch;
import dev.zvpg.MergeResult;
import dev.zvpg.Repository;
import dev.zvpg.examples.bench.report.Comparison;
import dev.zvpg.examples.bench.report.Figure;
import dev.zvpg.examples.bench.report.Report;
import dev.zvpg.examples.bench.report.Samples;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Two branches of a table with two million rows that have both moved, with unsaved work on both, are merged: rehearsed, with
 * the journal, and with the servers that it takes. A second session writes to another row of the table all the while.
 */
final class Merges implements Scenario {

    private static final int WARM_UP = 2;
    private static final int ROUNDS = 9;
    private static final int FACTOR = 104_729;
    private static final int FEW = 1_000;
    private static final int MANY = 10_000;

    /** In milliseconds, on btrfs. */
    private static final double FEW_BAR = 1200;

    private static final double MANY_BAR = 5000;

    @Override
    public String title() {
        return "Merge of two branches of two million rows";
    }

    @Override
    public void measure(Ground ground, Report report) throws Exception {
        try (Repository repo = ground.repository("merge")) {
            try {
                Branch main = repo.branch("main");
                main.start();
                Accounts.create(main);
                Samples waits = new Samples("longest wait of a writer");
                Samples few = samples(main, FEW, waits);
                Samples many = samples(main, MANY, new Samples("unused"));
                main.stop();
                Accounts.report(report, ground, "merge", few, FEW_BAR);
                Accounts.report(report, ground, "merge", many, MANY_BAR);
                report.add(Figure.of("merge/" + FEW + "/wait/" + ground.name(), waits.median(), "ms"));
                report.add(Comparison.of(
                        "Merge of two branches with two million rows, on " + ground.name(),
                        List.of(few, many, waits),
                        many.name(),
                        Samples.names(List.of(few, many, waits))));
            } finally {
                repo.destroy();
            }
        }
    }

    private static Samples samples(Branch main, int rows, Samples waits) throws Exception {
        Samples samples = new Samples(rows + "+" + rows);
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            Branch feature = main.branch("feature");
            feature.start();
            Accounts.change(feature, "balance", rows, factor(round));
            Accounts.change(main, "branch", rows, factor(round + ROUNDS));
            try (Writer writer = new Writer(main)) {
                samples.run(round >= 0, () -> {
                    MergeResult result = main.merge(feature);
                    if (result.report().rows() < rows / 2) {
                        throw new IllegalStateException("merged " + result.report());
                    }
                });
                waits.add(round >= 0, writer.longest());
            }
            feature.discard();
        }
        return samples;
    }

    /** Others in each round. */
    private static int factor(int round) {
        return FACTOR + 2 * round;
    }

    /** Somebody who goes on working: writes to a row that no merge changes, again and again. */
    private static final class Writer implements AutoCloseable {
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final Future<Long> longest;
        private volatile boolean isOver;

        Writer(Branch branch) {
            this.longest = thread.submit(() -> {
                long most = 0;
                try (Connection connection = branch.dataSource().getConnection();
                        Statement statement = connection.createStatement()) {
                    while (!isOver) {
                        long began = System.nanoTime();
                        statement.execute("UPDATE accounts SET filler = 'x' WHERE id = 0");
                        most = Math.max(most, System.nanoTime() - began);
                        Thread.sleep(5);
                    }
                }
                return most;
            });
        }

        /** In nanoseconds. */
        long longest() throws Exception {
            isOver = true;
            return longest.get();
        }

        @Override
        public void close() {
            isOver = true;
            thread.shutdown();
        }
    }
}
