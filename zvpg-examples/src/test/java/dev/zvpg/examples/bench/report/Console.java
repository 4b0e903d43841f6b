package dev.zvpg.examples.bench.report;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Where the benchmark talks. Thread-safe. */
public final class Console {

    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private Console() {}

    public static void say(Object line) {
        OUT.println(line);
    }
}
