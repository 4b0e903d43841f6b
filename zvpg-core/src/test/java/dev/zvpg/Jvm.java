package dev.zvpg;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Says how to start another JVM of this Java, for tests that need a process of its own: with one compiler and one collector,
 * because it lives for seconds. Thread-safe.
 */
public final class Jvm {

    private Jvm() {}

    /** On the test's own class path. */
    public static List<String> command(Class<?> main, String... arguments) {
        return command(List.of(), System.getProperty("java.class.path"), main, arguments);
    }

    /**
     * Builds the command.
     *
     * @param options of the JVM, besides the usual ones
     */
    public static List<String> command(List<String> options, String classPath, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    /** A command behind another one that starts it, such as {@code unshare -m}. */
    public static List<String> wrapped(List<String> wrapper, List<String> command) {
        return Stream.concat(wrapper.stream(), command.stream()).toList();
    }
}
