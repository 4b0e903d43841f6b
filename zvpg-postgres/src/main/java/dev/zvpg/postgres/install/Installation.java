package dev.zvpg.postgres.install;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.internal.io.Subprocess;
import dev.zvpg.postgres.os.OperatingSystem;
import dev.zvpg.postgres.os.Program;
import dev.zvpg.postgres.os.Reachability;
import dev.zvpg.postgres.os.ServerUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The programs of one PostgreSQL version.
 *
 * @param bin the directory that holds them, without links in its path
 * @param version such as {@code 18.6}, or {@code 19beta1}
 * @param major such as {@code 18}
 */
public record Installation(Path bin, String version, int major) {

    /** The oldest major version with all that is needed here. */
    public static final int OLDEST = 14;

    public static final String ALLOWED = "PostgreSQL " + OLDEST + " or later is needed";

    /** In bytes: of all PostgreSQL that is not built otherwise. */
    public static final int USUAL_BLOCK_SIZE = 8192;

    private static final List<String> PROGRAMS = List.of("postgres", "initdb", "pg_ctl");
    private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) ((\\d+)[^ \\n]*)");
    private static final Pattern NUMBER = Pattern.compile("^\\d{1,9}$", Pattern.MULTILINE);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** Whether a directory holds the programs, of whatever version. */
    public static boolean isIn(Path bin) {
        return PROGRAMS.stream().allMatch(program -> Files.isExecutable(bin.resolve(program)));
    }

    /** The directory behind a link to a program or to a directory of programs. */
    static Path realBin(Path bin) throws IOException {
        return bin.resolve("postgres").toRealPath().resolveSibling("").normalize();
    }

    /** Asks the programs in a directory for their version, and refuses one that is too old. */
    public static Installation at(Path bin) {
        Installation found = ask(bin);
        if (found.major < OLDEST) {
            throw new ConfigurationException(
                    "the PostgreSQL in " + found.bin + " is version " + found.version, ALLOWED);
        }
        return found;
    }

    /** Asks the programs in a directory for their version. */
    public static Installation ask(Path bin) {
        OperatingSystem.requireLinux();
        try {
            Path real = realBin(bin);
            Subprocess result = Program.run(
                    executor(real.resolve("postgres")),
                    TIMEOUT,
                    Map.of(),
                    real.resolve("postgres").toString(),
                    "--version");
            Matcher matcher = VERSION.matcher(result.output());
            if (!result.ok() || !matcher.find()) {
                throw new ConfigurationException(
                        "the postgres in " + real + " does not run; it says: " + String.join(" ", result.lastLines(3)));
            }
            return new Installation(real, matcher.group(1), Integer.parseInt(matcher.group(2)));
        } catch (IOException e) {
            throw new ConfigurationException(
                    bin, null, "the program postgres in it cannot be run: " + e.getMessage(), e);
        }
    }

    /**
     * Root executes nothing that belongs to somebody else: the servers' user does, and where that one cannot come, the
     * program's owner.
     */
    private static ServerUser executor(Path program) throws IOException {
        ServerUser user = ServerUser.of(null);
        return !user.switched() || Reachability.reaches(user, program) ? user : ServerUser.ownerOf(program);
    }

    /** Asks it for the size of its pages, in bytes. */
    public int blockSize() {
        try { // with no files but its own: whose directory it looks into, that one's settings it would read
            Subprocess result = Program.run(
                    executor(bin.resolve("postgres")),
                    TIMEOUT,
                    Map.of(),
                    program("postgres"),
                    "-C",
                    "block_size",
                    "-D",
                    bin.toString(),
                    "-c",
                    "config_file=/dev/null");
            Matcher number = NUMBER.matcher(result.output());
            if (!result.ok() || !number.find()) {
                throw new ConfigurationException("the postgres in " + bin + " does not tell its block size; it says: "
                        + String.join(" ", result.lastLines(3)));
            }
            return Integer.parseInt(number.group());
        } catch (IOException e) {
            throw new ConfigurationException(
                    bin, null, "the program postgres in it cannot be run: " + e.getMessage(), e);
        }
    }

    /** The path of one program. */
    public String program(String name) {
        return bin.resolve(name).toString();
    }
}
