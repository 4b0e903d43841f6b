package dev.zvpg.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;

/** A command that was run, with what it wrote. */
record Ran(List<String> arguments, int exitCode, String out, String err) {

    /** Runs a command in this JVM, where nobody is there to be asked. */
    static Ran zvpg(String... arguments) {
        return zvpg(false, "", arguments);
    }

    /** Runs a command in this JVM, and gives these answers to its questions. */
    static Ran answering(String answers, String... arguments) {
        return zvpg(true, answers, arguments);
    }

    private static Ran zvpg(boolean terminal, String in, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.run(
                new Terminal(
                        new BufferedReader(new StringReader(in)),
                        new PrintWriter(out),
                        new PrintWriter(err),
                        terminal,
                        false),
                arguments);
        return new Ran(List.of(arguments), exitCode, out.toString(), err.toString());
    }

    /** Checks that it did what it was asked to, and nothing was to be complained of. */
    Ran succeeded() {
        assertThat(exitCode).as(toString()).isZero();
        assertThat(err).as(toString()).isEmpty();
        return this;
    }

    /** Checks that it failed and said why in one line. */
    Ran failed(int expected) {
        assertThat(exitCode).as(toString()).isEqualTo(expected);
        assertThat(out).as(toString()).isEmpty();
        assertThat(err.lines()).as(toString()).hasSize(1);
        assertThat(err).startsWith("zvpg: ").doesNotContain("Exception").doesNotContain("\tat ");
        return this;
    }

    /** Checks that a part of the message is there. */
    Ran saying(String part) {
        assertThat(err).contains(part);
        return this;
    }

    /** What it printed, read as JSON. */
    JsonNode json() {
        succeeded();
        try {
            return new ObjectMapper().readTree(out);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + this, e);
        }
    }
}
