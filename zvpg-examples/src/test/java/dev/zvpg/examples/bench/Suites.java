package dev.zvpg.examples.bench;

import dev.zvpg.examples.bench.report.Comparison;
import dev.zvpg.examples.bench.report.Console;
import dev.zvpg.examples.bench.report.Figure;
import dev.zvpg.examples.bench.report.Report;
import dev.zvpg.examples.bench.report.Samples;
import dev.zvpg.examples.bench.suite.PooledOnZonky;
import dev.zvpg.examples.bench.suite.PooledOnZvpg;
import dev.zvpg.examples.bench.suite.ShopOnTemplate;
import dev.zvpg.examples.bench.suite.ShopOnZonky;
import dev.zvpg.examples.bench.suite.ShopOnZvpg;
import dev.zvpg.examples.bench.suite.SuiteRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * How long a suite of tests takes with one way to come by databases or another. Each run has a JVM of its own; what is
 * compared is the time of JUnit in it, and that of the whole JVM, because some take down their databases only at its
 * end.
 */
final class Suites implements Scenario {

    private static final int REPETITIONS = 50;
    private static final int REPETITIONS_QUICK = 10;
    private static final int ROUNDS = 5;
    private static final int ROUNDS_QUICK = 2;

    private static final String OURS = "ZVPG, a server for each test";
    private static final String OURS_FIRST = "ZVPG, the first run";

    /**
     * A suite with one way to come by databases.
     *
     * @param first whether nothing is prepared yet
     */
    private record Way(String name, Class<?> tests, boolean first) {}

    private final String part;
    private final String text;
    private final int threads;
    private final double bar;
    private final List<Way> ways;
    private final boolean quick;

    /** The first two ways are ours: when nothing is prepared, and later. The third is what the bar is about. */
    private Suites(String part, String text, int threads, double bar, List<Way> ways, boolean quick) {
        this.part = part;
        this.text = text;
        this.threads = threads;
        this.bar = bar;
        this.ways = ways;
        this.quick = quick;
    }

    /** Many threads, a database for each test, and half of the tests write. */
    static Suites inParallel(boolean quick) {
        return new Suites(
                "suite",
                "tests in 4 threads, each with its own data",
                4,
                1.0,
                List.of(
                        new Way(OURS_FIRST, ShopOnZvpg.class, true),
                        new Way(OURS, ShopOnZvpg.class, false),
                        new Way("zonky, prepared databases", ShopOnZonky.class, false),
                        new Way("TEMPLATE by hand", ShopOnTemplate.class, false)),
                quick);
    }

    /** One thread, and a pool of ten connections for each test. */
    static Suites withPools(boolean quick) {
        return new Suites(
                "pools",
                "tests, each with a pool of ten connections",
                1,
                1.1,
                List.of(
                        new Way(OURS_FIRST, PooledOnZvpg.class, true),
                        new Way(OURS, PooledOnZvpg.class, false),
                        new Way("one shared server, tables cleared", PooledOnZonky.class, false)),
                quick);
    }

    private int repetitions() {
        return quick ? REPETITIONS_QUICK : REPETITIONS;
    }

    @Override
    public String title() {
        return SuiteRun.count(ways.get(0).tests(), repetitions()) + " " + text;
    }

    @Override
    public void measure(Ground ground, Report report) throws Exception {
        if (ground.storage() != null) {
            Console.say("not measured: what tests use is in a directory");
            return;
        }
        if (!Zonky.runsHere()) {
            return; // which it said
        }
        Path directory = Files.createDirectory(ground.directory().resolve(part));
        try {
            measure(directory, ground, report);
        } finally {
            delete(directory);
        }
    }

    private void measure(Path directory, Ground ground, Report report) throws Exception {
        List<Samples> junit = ways.stream().map(way -> new Samples(way.name())).toList();
        List<Samples> jvm = ways.stream().map(way -> new Samples(way.name())).toList();
        int rounds = quick ? ROUNDS_QUICK : ROUNDS;
        for (int round = -1; round < rounds; round++) { // the first unpacks programs, and does not count
            for (int turn = 0; turn < ways.size(); turn++) {
                int at = Math.floorMod(round + 1 + turn, ways.size());
                Way way = ways.get(at);
                if (way.first()) {
                    delete(SuiteRun.cache(directory));
                }
                SuiteRun.Result took = new SuiteRun(way.tests(), repetitions(), threads, directory).run();
                Console.say(String.format(
                        Locale.ROOT, "  %-40s %9.0f ms, JVM %.0f", way.name(), took.junit() / 1e6, took.jvm() / 1e6));
                junit.get(at).add(round >= 0, took.junit());
                jvm.get(at).add(round >= 0, took.jvm());
            }
        }
        String peer = ways.get(2).name();
        String where = part + "/" + ground.name();
        report.add(compare(title() + ", on " + ground.name(), junit, peer).goal(bar, peer));
        report.add(compare(title() + ", the whole JVM, on " + ground.name(), jvm, peer));
        report.add(ratio(where, junit).atMost(bar));
        report.add(ratio(where + "/jvm", jvm));
    }

    private static Comparison compare(String title, Collection<Samples> samples, String peer) {
        return Comparison.of(title, samples, peer, List.of(OURS, OURS_FIRST));
    }

    private static Figure ratio(String name, List<Samples> samples) {
        Samples peer = samples.get(2);
        return Figure.ratio(name, samples.get(1).median(), "ms", peer.median(), "to " + peer.name());
    }

    private static void delete(Path directory) throws IOException, InterruptedException {
        AsServerUser.runAsSelf(List.of("rm", "-rf", directory.toString()));
    }
}
