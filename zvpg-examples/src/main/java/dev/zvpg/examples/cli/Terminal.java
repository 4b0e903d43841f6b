package dev.zvpg.examples.cli;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * Who a command talks with. Not thread-safe.
 *
 * @param in what is typed
 * @param out where results go
 * @param err where questions, progress and errors go
 * @param canAnswer whether somebody is there to be asked
 * @param showsProgress whether {@code err} is a screen
 */
record Terminal(BufferedReader in, PrintWriter out, PrintWriter err, boolean canAnswer, boolean showsProgress) {

    /** Set by the launcher, because Java cannot ask: contains {@code in} and {@code err} where these are a terminal. */
    private static final String PROPERTY = "zvpg.terminal";

    /** Returns that of this process. */
    static Terminal ofThisProcess() {
        String terminals = System.getProperty(PROPERTY, "");
        Charset charset = Charset.defaultCharset().equals(StandardCharsets.US_ASCII)
                ? StandardCharsets.UTF_8 // what "C" as a locale means nowadays
                : Charset.defaultCharset();
        return new Terminal(
                new BufferedReader(new InputStreamReader(System.in, charset)),
                new PrintWriter(new OutputStreamWriter(System.out, charset), true),
                new PrintWriter(new OutputStreamWriter(System.err, charset), true),
                terminals.contains("in") && terminals.contains("err"),
                terminals.contains("err"));
    }
}
