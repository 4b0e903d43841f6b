package dev.zvpg.postgres.os;

import dev.zvpg.error.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says why a program that is there cannot be run: something that it needs of this system is missing. */
final class Loading {

    /** What the dynamic loaders of glibc and of musl say. */
    private static final Pattern LIBRARY =
            Pattern.compile("error while loading shared libraries: ([^\\s:]+)|Error loading shared library ([^\\s:]+)");

    /** Which program it was; musl says it too. */
    private static final Pattern PROGRAM = Pattern.compile("(?m)^(/\\S+): error while loading");

    private static final Pattern SCRIPT = Pattern.compile("^#!\\s*(\\S+)");

    /** Near the beginning of each dynamic program of Linux. */
    private static final Pattern INTERPRETER = Pattern.compile("(/[!-~]*/ld[!-.0-~]*)\\x00");

    private static final int FIRST_BYTES = 4096;

    private Loading() {}

    /**
     * Looks at what a program has printed that failed.
     *
     * @throws ConfigurationException when it was not even loaded
     */
    static void require(String program, String output) {
        Matcher library = LIBRARY.matcher(output);
        if (library.find()) {
            String name = library.group(1) != null ? library.group(1) : library.group(2);
            Matcher named = PROGRAM.matcher(output);
            Path shown = Path.of(named.find() ? named.group(1) : program);
            throw new ConfigurationException(
                    shown,
                    null,
                    "it needs the shared library " + name + ", which this system does not have",
                    "install the package that "
                            + "holds it (ldd " + shown
                            + " lists all that are missing), or use a PostgreSQL that was built "
                            + "for this system",
                    null);
        }
    }

    /**
     * Looks at a program that the system says it cannot find, or at what may be one.
     *
     * @throws ConfigurationException when it is there, and what would run it is not
     */
    static void requireInterpreter(Path program) {
        Optional<Path> missing = interpreter(program).filter(Files::notExists);
        if (missing.isPresent()) {
            throw new ConfigurationException(
                    program,
                    null,
                    "what it is run by, " + missing.get()
                            + ", is not on this system, so it was built for another one, with "
                            + "another C library or in other places (Alpine, NixOS)",
                    "use a PostgreSQL that was built for this " + "system",
                    null);
        }
    }

    private static Optional<Path> interpreter(Path program) {
        if (!program.isAbsolute() || !Files.isRegularFile(program) || !Files.isExecutable(program)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(program)) {
            String begin = new String(in.readNBytes(FIRST_BYTES), StandardCharsets.ISO_8859_1);
            Matcher found = (begin.startsWith("#!") ? SCRIPT : INTERPRETER).matcher(begin);
            return found.find() ? Optional.of(Path.of(found.group(1))) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // it cannot be read
        }
    }
}
