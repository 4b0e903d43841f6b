package dev.zvpg.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A program that was run as users run it, with what it wrote. */
record Script(List<String> command, int exitCode, String out, String err) {

    /** The scripts of this module. */
    static final Path BIN = Path.of("bin").toAbsolutePath();

    /** Runs a program with the Java that runs this test. */
    static Script run(Place place, String in, String... command) throws IOException, InterruptedException {
        Path input = Files.writeString(place.path("in"), in);
        Path output = place.path("out");
        Path errors = place.path("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(input.toFile())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile());
        builder.environment()
                .putAll(Map.of(
                        "JAVA_HOME",
                        System.getProperty("java.home"),
                        "ZVPG_CONFIG",
                        place.configuration().toString()));
        int exitCode = builder.start().waitFor();
        Script ran = new Script(
                List.of(command),
                exitCode,
                Files.readString(output, StandardCharsets.UTF_8),
                Files.readString(errors, StandardCharsets.UTF_8));
        for (Path file : List.of(input, output, errors)) {
            Files.delete(file);
        }
        return ran;
    }

    /** Runs {@code zvpg}, where nobody is there to be asked. */
    static Script zvpg(Place place, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(BIN.resolve("zvpg").toString()));
        command.addAll(List.of(arguments));
        return run(place, "", command.toArray(String[]::new));
    }

    Script ended(int expected) {
        assertThat(exitCode).as(toString()).isEqualTo(expected);
        return this;
    }
}
