package dev.zvpg.examples.bench.suite;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectIteration;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * A suite in a JVM of its own, as builds have it.
 *
 * @param tests the class; its superclass has the tests, which are all repeated ones
 * @param repetitions how often each test runs, at most as often as it says
 * @param threads how many run at once
 * @param directory where it may leave its data: an existing one, which everybody may enter
 */
public record SuiteRun(Class<?> tests, int repetitions, int threads, Path directory) {

    private static final String TOOK = "TOOK ";

    /**
     * How long it took, in nanoseconds.
     *
     * @param junit JUnit itself, with all that has to be set up for the tests and taken down by JUnit
     * @param jvm from the start of the JVM to its end, with what is taken down after JUnit
     */
    public record Result(long junit, long jvm) {}

    /** Where what was prepared is kept from one run to the next. */
    public static Path cache(Path directory) {
        return directory.resolve("cache");
    }

    /** How many tests that are. */
    public static long count(Class<?> tests, int repetitions) {
        return methods(tests).size() * (long) repetitions;
    }

    /** Runs it. */
    public Result run() throws IOException, InterruptedException {
        long began = System.nanoTime();
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-classpath",
                        System.getProperty("java.class.path"),
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                        "-Dsuite.directory=" + directory,
                        "-Dzvpg.junit.cache=" + cache(directory),
                        "-Dot.epg.working-dir=" + directory.resolve("zonky"),
                        SuiteRun.class.getName(),
                        tests.getName(),
                        Integer.toString(repetitions),
                        Integer.toString(threads))
                .redirectErrorStream(true)
                .start();
        String output = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = jvm.waitFor();
        long ended = System.nanoTime();
        if (code != 0) {
            throw new IllegalStateException(tests.getName() + " failed:\n" + output);
        }
        String took = output.substring(output.lastIndexOf(TOOK) + TOOK.length());
        return new Result(Long.parseLong(took.lines().findFirst().orElseThrow()), ended - began);
    }

    /**
     * Is the JVM of its own.
     *
     * @param args the class, the repetitions, and the threads
     * @throws ClassNotFoundException when there is no such class
     */
    public static void main(String[] args) throws ClassNotFoundException {
        Class<?> tests = Class.forName(args[0]);
        int repetitions = Integer.parseInt(args[1]);
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        long began = System.nanoTime();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(methods(tests).stream()
                                        .map(method -> repeated(tests, method, repetitions))
                                        .toList())
                                .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
                                .configurationParameter("junit.jupiter.execution.parallel.mode.default", "concurrent")
                                .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
                                .configurationParameter(
                                        "junit.jupiter.execution.parallel.config.fixed.parallelism", args[2])
                                .configurationParameter(
                                        "junit.jupiter.execution.parallel.config.fixed.max-pool-size", args[2])
                                .build(),
                        summary);
        long took = System.nanoTime() - began;
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        if (summary.getSummary().getTestsSucceededCount() != count(tests, repetitions)) {
            summary.getSummary().printFailuresTo(out, 40);
            System.exit(1);
        }
        out.println(TOOK + took);
        System.exit(0);
    }

    private static List<String> methods(Class<?> tests) {
        return Arrays.stream(tests.getSuperclass().getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(RepeatedTest.class))
                .map(method -> method.getName())
                .sorted()
                .toList();
    }

    private static DiscoverySelector repeated(Class<?> tests, String method, int repetitions) {
        return selectIteration(
                selectMethod(tests, method), IntStream.range(0, repetitions).toArray());
    }
}
