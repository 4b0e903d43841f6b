package dev.zvpg.postgres.junit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** Runs sample classes on the real JUnit engine, in one run. Immutable. */
record SampleRun(Map<String, String> parameters) {

    /** With a certain cache, and the newest embedded PostgreSQL. */
    static SampleRun in(Path cache) {
        return new SampleRun(Map.of(Options.CACHE, cache.toString()));
    }

    SampleRun with(String parameter, String value) {
        Map<String, String> more = new LinkedHashMap<>(parameters);
        more.put(parameter, value);
        return new SampleRun(more);
    }

    SampleRun inParallel(int threads) {
        return with("junit.jupiter.execution.parallel.enabled", "true")
                .with("junit.jupiter.execution.parallel.mode.default", "concurrent")
                .with("junit.jupiter.execution.parallel.config.strategy", "fixed")
                .with("junit.jupiter.execution.parallel.config.fixed.parallelism", Integer.toString(threads));
    }

    EngineExecutionResults of(Class<?>... classes) {
        EngineTestKit.Builder engine = EngineTestKit.engine("junit-jupiter").configurationParameters(parameters);
        for (Class<?> sample : classes) {
            engine.selectors(selectClass(sample));
        }
        return engine.execute();
    }

    /** Why the first test or class failed that did. */
    static Optional<Throwable> failure(EngineExecutionResults results) {
        return results.allEvents().failed().stream()
                .flatMap(event -> event.getPayload(TestExecutionResult.class).stream())
                .flatMap(result -> result.getThrowable().stream())
                .findFirst();
    }

    /** Everything that failed, to be shown when nothing should have. */
    static String failures(EngineExecutionResults results) {
        StringBuilder text = new StringBuilder();
        results.allEvents().failed().stream()
                .map(Event::toString)
                .forEach(event -> text.append(event).append('\n'));
        failure(results).ifPresent(e -> {
            var trace = new java.io.StringWriter();
            e.printStackTrace(new java.io.PrintWriter(trace));
            text.append(trace);
        });
        return text.toString();
    }

    /**
     * For another JVM: the cache's directory, and sample classes. Ends with the number of tests that did not succeed.
     */
    public static void main(String[] args) throws Exception {
        System.setProperty(Options.CACHE, args[0]);
        Class<?>[] classes = new Class<?>[args.length - 1];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = Class.forName(args[i + 1]);
        }
        EngineExecutionResults results = in(Path.of(args[0])).of(classes);
        System.out.print(failures(results));
        System.out.println("SUCCEEDED " + results.testEvents().succeeded().count());
        System.exit((int) results.allEvents().failed().count());
    }
}
