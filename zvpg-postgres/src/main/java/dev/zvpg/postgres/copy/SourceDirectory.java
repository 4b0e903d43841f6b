package dev.zvpg.postgres.copy;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.InUseException;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.cluster.Cluster;
import dev.zvpg.postgres.cluster.ConfFile;
import dev.zvpg.postgres.cluster.ControlFile;
import dev.zvpg.postgres.install.Installation;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.os.Reader;
import dev.zvpg.server.ClusterSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A stopped cluster that is to be copied. Debian keeps its configuration in {@code /etc/postgresql/VERSION/NAME}; the
 * server has noted where, in the {@code postmaster.opts} that it leaves behind.
 *
 * @param data its data directory, without links in its path
 * @param configuration its {@code postgresql.conf}, if there is one
 * @param reader reads what it or its owner names
 */
record SourceDirectory(Path data, Optional<Path> configuration, Reader reader) {

    /** The advice for whoever may not read all of it. */
    static final String WHO_MAY = "do it as the user who owns it or as root, or copy the running server with "
            + "ClusterSource.server(host, port, user, password)";

    private static final Path ETC = Path.of("/etc/postgresql");
    private static final String OPTIONS = "postmaster.opts";
    private static final int OPTIONS_BYTES = 1 << 20;
    private static final Pattern OPTION = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*+)\"|(\\S+)");

    static SourceDirectory find(Installation installation, ClusterSource.Directory source) {
        try {
            Path given = source.path();
            if (Files.exists(given) && !(Files.isReadable(given) && Files.isExecutable(given))) {
                throw new AccessDeniedException(given.toString());
            }
            Path data = dataDirectory(given).toRealPath();
            Cluster.requireMajor(installation, data);
            Reader reader = Reader.ownerOf(data);
            return new SourceDirectory(
                    data, source.configuration().or(() -> configuration(reader, given, data)), reader);
        } catch (AccessDeniedException e) {
            throw Failures.of("cannot copy the cluster in " + source.path(), WHO_MAY, e);
        } catch (IOException e) {
            throw new ConfigurationException(
                    source.path(), null, "no PostgreSQL data directory can be read there: " + e, e);
        }
    }

    /** The directory itself, or the one that its configuration file names. */
    private static Path dataDirectory(Path given) throws IOException {
        Path conf = given.resolve(ConfFile.NAME);
        if (Files.exists(given.resolve(Cluster.VERSION_FILE)) || !Files.isRegularFile(conf)) {
            return given;
        }
        String named = ConfFile.read(conf).settings().get("data_directory");
        return named == null ? given : given.resolve(named);
    }

    private static Optional<Path> configuration(Reader reader, Path given, Path data) {
        List<Path> candidates = new ArrayList<>();
        String[] options = options(data);
        for (int i = 0; i < options.length; i++) {
            if (options[i].startsWith("config_file=") || options[i].startsWith("--config_file=")) {
                candidates.add(data.resolve(options[i].substring(options[i].indexOf('=') + 1)));
            }
        }
        for (int i = 1; i < options.length; i++) {
            if (options[i - 1].equals("-D")) {
                candidates.add(data.resolve(options[i]).resolve(ConfFile.NAME));
            }
        }
        candidates.add(given.resolve(ConfFile.NAME));
        candidates.add(data.resolve(ConfFile.NAME));
        if (data.getNameCount() > 1) {
            candidates.add(ETC.resolve(data.subpath(data.getNameCount() - 2, data.getNameCount()))
                    .resolve(ConfFile.NAME));
        }
        return candidates.stream()
                .filter(Files::isRegularFile)
                .filter(conf -> belongs(reader, conf, data))
                .findFirst();
    }

    /** Whether a file is that of this cluster: it lies in it, or names it, or names none. */
    private static boolean belongs(Reader reader, Path conf, Path data) {
        try {
            String named = ConfFile.read(reader, conf).settings().get("data_directory");
            return named == null
                    ? !conf.startsWith(ETC)
                    : Files.isSameFile(conf.resolveSibling(named), data) || conf.startsWith(data);
        } catch (IOException e) {
            return conf.startsWith(data);
        }
    }

    /** How the last server was started, word by word. */
    private static String[] options(Path data) {
        try {
            List<String> words = new ArrayList<>();
            Matcher word = OPTION.matcher(text(data, OPTIONS));
            while (word.find()) {
                words.add(word.group(1) != null ? word.group(1) : word.group(2));
            }
            return words.toArray(String[]::new);
        } catch (IOException e) {
            return new String[0];
        }
    }

    /** What ALTER SYSTEM wrote. */
    Map<String, String> auto() throws IOException {
        Path file = data.resolve(ConfFile.AUTO);
        return Files.isRegularFile(file)
                ? ConfFile.read(reader.withoutIncludes(), file).settings()
                : Map.of();
    }

    private static String text(Path data, String name) throws IOException {
        try (OpenDirectory opened = OpenDirectory.open(data)) {
            return new String(opened.read(Path.of(name), OPTIONS_BYTES), StandardCharsets.UTF_8);
        }
    }

    /** Refuses one whose server runs, and one that the copy would be made in. */
    void requireStopped(Path target) {
        Cluster.server(data).ifPresent(server -> {
            throw new InUseException(
                    "cannot copy the cluster in " + data + ": its server runs (process " + server.pid() + ")",
                    "stop it, or copy it as it runs with ClusterSource.server(host, port, user, password)");
        });
        Cluster.requireNoSurvivors(data);
        ControlFile.read(data);
        try {
            Path parent = target.toAbsolutePath().getParent();
            if (parent != null && parent.toRealPath().startsWith(data)) {
                throw new ConfigurationException(
                        target, null, "the copy would lie in the original, " + data, "choose another place", null);
            }
        } catch (IOException e) {
            throw Failures.of("cannot look at " + target, e);
        }
    }
}
