package dev.zvpg.examples.bench;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Measures how long a suite of {@value ShopTests#TESTS} tests takes, each with a database of its own, in
 * {@value #THREADS} threads: with the JUnit extension, with zonky's embedded PostgreSQL, and with
 * {@code CREATE DATABASE … TEMPLATE}. Each run has a new JVM, as builds have, and the time is that of JUnit in it, with
 * everything that has to be set up and taken down; the JVM's own start is left out. The rounds are interleaved.
 *
 * <p>Usage: {@code SampleSuite [DIRECTORY [ROUNDS]]}.
 */
public final class SampleSuite {

    static final int THREADS = 4;

    /** One way to come by databases. */
    private record Contender(String name, Class<? extends ShopTests> tests, boolean cold) {}

    private static final List<Contender> CONTENDERS = List.of(
            new Contender("zvpg, first run", ShopOnZvpg.class, true),
            new Contender("zvpg, later runs", ShopOnZvpg.class, false),
            new Contender("zonky", ShopOnZonky.class, false),
            new Contender("template", ShopOnTemplate.class, false));

    private final Path directory;
    private final Map<String, List<Double>> milliseconds = new LinkedHashMap<>();

    private SampleSuite(Path directory) {
        this.directory = directory;
    }

    /**
     * Runs it.
     *
     * @param args where to put the data, and how many rounds
     * @throws Exception when a test fails
     */
    public static void main(String[] args) throws Exception {
        if (args.length > 1 && args[0].equals("--one")) {
            runOne(Class.forName(args[1]));
            return;
        }
        Path parent = Path.of(args.length > 0 ? args[0] : "target").toAbsolutePath();
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
        Files.createDirectories(parent);
        Path directory = Files.createTempDirectory(
                parent, "suite-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        try {
            new SampleSuite(directory).run(rounds);
        } finally {
            delete(directory);
        }
    }

    private void run(int rounds) throws Exception {
        for (int round = 0; round < rounds; round++) {
            for (Contender contender : CONTENDERS) {
                if (contender.cold()) {
                    delete(directory.resolve("cache"));
                }
                milliseconds
                        .computeIfAbsent(contender.name(), name -> new ArrayList<>())
                        .add(measure(contender));
            }
        }
        report(rounds);
    }

    private double measure(Contender contender) throws IOException, InterruptedException {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-classpath",
                        System.getProperty("java.class.path"),
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                        "-Dsuite.directory=" + directory,
                        "-Dzvpg.junit.cache=" + directory.resolve("cache"),
                        SampleSuite.class.getName(),
                        "--one",
                        contender.tests().getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (jvm.waitFor() != 0) {
            throw new IllegalStateException(contender.name() + " failed:\n" + output);
        }
        return Double.parseDouble(
                output.substring(output.lastIndexOf("TOOK ") + 5).strip());
    }

    /** In a JVM of its own. */
    private static void runOne(Class<?> tests) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(tests))
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
                .configurationParameter("junit.jupiter.execution.parallel.mode.default", "concurrent")
                .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
                .configurationParameter(
                        "junit.jupiter.execution.parallel.config.fixed.parallelism", Integer.toString(THREADS))
                .configurationParameter(
                        "junit.jupiter.execution.parallel.config.fixed.max-pool-size", Integer.toString(THREADS))
                .build();
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        long began = System.nanoTime();
        LauncherFactory.create().execute(request, summary);
        long took = System.nanoTime() - began;
        if (summary.getSummary().getTestsSucceededCount() != ShopTests.TESTS) {
            summary.getSummary().printFailuresTo(new PrintWriter(System.out, true, StandardCharsets.UTF_8), 40);
            System.exit(1);
        }
        System.out.println("TOOK " + took / 1e6);
        System.exit(0);
    }

    private void report(int rounds) {
        double ours = median("zvpg, later runs");
        System.out.printf(
                "%n%d tests, each with a database of its own, %d threads, %d rounds, interleaved%n%n",
                ShopTests.TESTS, THREADS, rounds);
        milliseconds.forEach((name, times) -> System.out.printf(
                Locale.ROOT,
                "    %-18s %7.0f ms  (%.0f to %.0f)  %5.2f x%n",
                name,
                median(name),
                times.stream().min(Comparator.naturalOrder()).orElseThrow(),
                times.stream().max(Comparator.naturalOrder()).orElseThrow(),
                median(name) / ours));
        System.out.println();
    }

    private double median(String name) {
        List<Double> sorted =
                milliseconds.getOrDefault(name, List.of()).stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
