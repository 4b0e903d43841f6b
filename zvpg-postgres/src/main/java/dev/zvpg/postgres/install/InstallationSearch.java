package dev.zvpg.postgres.install;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.postgres.os.OperatingSystem;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks for an installed PostgreSQL.
 *
 * @param path the value of the variable {@code PATH}
 * @param places more places, looked into in this order; a {@code *} stands for a version, the newest comes first
 */
public record InstallationSearch(@Nullable String path, List<String> places) {

    private static final List<String> WELL_KNOWN = List.of(
            "/usr/lib/postgresql/*/bin", // Debian, Ubuntu
            "/usr/pgsql-*/bin", // packages of the PostgreSQL project for Red Hat and SUSE
            "/usr/lib/postgresql*/bin", // SUSE, Alpine (/usr/libexec since 3.17)
            "/usr/libexec/postgresql*",
            "/opt/homebrew/opt/postgresql@*/bin",
            "/usr/local/opt/postgresql@*/bin",
            "/opt/homebrew/bin",
            "/Applications/Postgres.app/Contents/Versions/*/bin",
            "/usr/local/pgsql/bin");

    public static InstallationSearch onThisMachine() {
        return new InstallationSearch(System.getenv("PATH"), WELL_KNOWN);
    }

    /** The first that is new enough. */
    public Installation find() {
        OperatingSystem.requireLinux();
        List<String> tooOld = new ArrayList<>();
        for (Path bin : candidates()) {
            Installation found = Installation.ask(bin);
            if (found.major() >= Installation.OLDEST) {
                return found;
            }
            tooOld.add(found.version() + " in " + found.bin());
        }
        String looked = "PATH (" + (path == null ? "not set" : path) + ") and " + String.join(", ", places);
        if (tooOld.isEmpty()) {
            throw new ConfigurationException(
                    "no PostgreSQL found: looked for the programs postgres, initdb and pg_ctl in " + looked,
                    "install PostgreSQL, or say where it is with Postgres.in(directory), or use "
                            + "Postgres.embedded() with " + EmbeddedBinaries.coordinates() + " on the class path");
        }
        throw new ConfigurationException("no PostgreSQL found that is new enough: " + Installation.ALLOWED + ", found "
                + String.join(", ", tooOld) + "; looked in " + looked);
    }

    private Set<Path> candidates() {
        List<Path> all = new ArrayList<>();
        for (String entry : (path == null ? "" : path).split(File.pathSeparator, -1)) {
            // an empty or relative entry means the working directory, where nobody installs a server
            if (entry.startsWith("/")) {
                add(all, entry);
            }
        }
        places.forEach(place -> matches(place).forEach(all::add));
        return all.stream()
                .filter(Installation::isIn)
                .map(InstallationSearch::real)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static void add(List<Path> all, String entry) {
        try {
            // a lone link to postgres leads to where its siblings are
            Path bin = Path.of(entry);
            all.add(Files.isExecutable(bin.resolve("postgres")) ? Installation.realBin(bin) : bin);
        } catch (InvalidPathException | IOException e) {
            // a PATH may name anything; what cannot be a directory holds no server
        }
    }

    private static Path real(Path bin) {
        try {
            return Installation.realBin(bin);
        } catch (IOException e) {
            return bin;
        }
    }

    private static List<Path> matches(String place) {
        int star = place.indexOf('*');
        if (star < 0) {
            return List.of(Path.of(place));
        }
        int slash = place.lastIndexOf('/', star);
        int end = place.indexOf('/', star) < 0 ? place.length() : place.indexOf('/', star);
        List<Path> result = new ArrayList<>();
        try (DirectoryStream<Path> entries =
                Files.newDirectoryStream(Path.of(place.substring(0, slash)), place.substring(slash + 1, end))) {
            entries.forEach(
                    entry -> result.add(end == place.length() ? entry : entry.resolve(place.substring(end + 1))));
        } catch (IOException e) {
            return List.of();
        }
        result.sort(Comparator.comparing(Path::toString, Versions.NEWEST_FIRST));
        return result;
    }
}
