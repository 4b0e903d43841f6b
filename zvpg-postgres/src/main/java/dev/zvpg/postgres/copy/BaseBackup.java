package dev.zvpg.postgres.copy;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.ServerException;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.Subprocess;
import dev.zvpg.postgres.cluster.ConfFile;
import dev.zvpg.postgres.cluster.Tablespaces;
import dev.zvpg.postgres.install.Installation;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.os.Program;
import dev.zvpg.postgres.os.SecretFile;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.run.Connections;
import dev.zvpg.postgres.run.Sessions;
import dev.zvpg.server.ClusterSource;
import dev.zvpg.server.CopyProgress;
import dev.zvpg.server.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.ds.PGSimpleDataSource;

/** Copies a running server with {@code pg_basebackup}. Its slot is a temporary one, and gone when the copy is made. */
final class BaseBackup {

    private static final String PROGRAM = "pg_basebackup";
    private static final Duration FOR_EVER = Duration.ofDays(365);
    private static final int KILO = 1024;
    private static final int VERSION_UNIT = 10_000;
    private static final Pattern PROGRESS = Pattern.compile("(\\d+)/(\\d+) kB \\(");

    private final Installation installation;
    private final ServerUser user;
    private final ClusterSource.RunningServer source;
    private final Path target;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<String, String> settings = new TreeMap<>();

    /** Where each tablespace of the original lies. */
    private final Map<String, String> tablespaces = new TreeMap<>();

    private BaseBackup(Installation installation, ServerUser user, ClusterSource.RunningServer source, Path target) {
        this.installation = installation;
        this.user = user;
        this.source = source;
        this.target = target;
    }

    /** Looks at the server, before the long copy. */
    static BaseBackup of(Installation installation, ServerUser user, ClusterSource.RunningServer source, Path target) {
        BaseBackup backup = new BaseBackup(installation, user, source, target);
        if (source.credentials().password().contains("\n")) {
            throw new IllegalArgumentException("a password with a line break cannot be given to pg_basebackup");
        }
        backup.requireProgram();
        backup.look();
        return backup;
    }

    /** Copies everything into a directory that exists, is empty and belongs to the server's user. */
    List<Finding> run(CopyProgress progress) {
        try {
            copy(progress);
        } catch (IOException e) {
            throw Failures.of("cannot copy " + source + " to " + target, e);
        }
        return List.copyOf(findings);
    }

    /**
     * What its files say that will be copied; empty where its user may not see that, and what is wrong comes out in the
     * copy.
     */
    Optional<ConfFile> settings() {
        return settings.isEmpty() ? Optional.empty() : Optional.of(new ConfFile(settings, List.of()));
    }

    private void requireProgram() {
        if (!Files.isExecutable(Path.of(installation.program(PROGRAM)))) {
            throw new ConfigurationException(
                    installation.bin(),
                    null,
                    "it has no " + PROGRAM + ", which copies a running server",
                    "use a full installation of PostgreSQL "
                            + installation.major() + ", or stop the server and copy its files with "
                            + "ClusterSource.directory(path)",
                    null);
        }
    }

    /** Asks the server, before the long copy, what could stop it from being one. */
    private void look() {
        PGSimpleDataSource database = new PGSimpleDataSource();
        // in a URL, which the driver makes of this, an address with colons needs brackets
        database.setServerNames(new String[] {source.host().contains(":") ? "[" + source.host() + "]" : source.host()});
        database.setPortNumbers(new int[] {source.port()});
        database.setDatabaseName(Connections.ADMIN_DATABASE);
        database.setUser(source.credentials().user());
        database.setPassword(source.credentials().password());
        database.setSslMode(source.security().sslMode().toString());
        database.setRequireAuth(source.security().authentication());
        source.security().rootCertificate().ifPresent(file -> database.setSslRootCert(file.toString()));
        try (Connection connection = Sessions.foreign(database);
                Statement statement = connection.createStatement()) {
            requireMajor(statement);
            try (ResultSet row = statement.executeQuery("SELECT oid, pg_tablespace_location(oid) FROM pg_tablespace "
                    + "WHERE pg_tablespace_location(oid) LIKE '/%'")) {
                while (row.next()) {
                    tablespaces.put(row.getString(1), row.getString(2));
                }
            }
            lookForConfiguration(statement);
            readSettings(statement);
        } catch (SQLException e) {
            throw new ServerException(
                    "cannot connect to " + source + ", database " + Connections.ADMIN_DATABASE + ", as "
                            + source.credentials().user() + ": " + e.getMessage(),
                    e);
        }
    }

    private void requireMajor(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SHOW server_version_num")) {
            row.next();
            int major = row.getInt(1) / VERSION_UNIT;
            if (major != installation.major()) {
                throw new ConfigurationException(
                        source + " is PostgreSQL " + major + ", but the installation in " + installation.bin() + " is "
                                + installation.version(),
                        "use an installation of PostgreSQL " + major);
            }
        }
    }

    private void lookForConfiguration(Statement statement) throws SQLException {
        // whoever may not see it gets no row
        try (ResultSet row = statement.executeQuery("SELECT c.setting, d.setting FROM pg_settings c, pg_settings d "
                + "WHERE c.name = 'config_file' AND d.name = 'data_directory'")) {
            if (row.next()
                    && source.configuration().isEmpty()
                    && !Path.of(row.getString(1)).startsWith(row.getString(2))) {
                findings.add(new Finding(
                        row.getString(1) + ", the original's settings, outside of its data directory",
                        "not copied: PostgreSQL's defaults hold, unless a file is named with configuration(path)"));
            }
        }
    }

    /** A superuser sees what the files say; others see at most what is in force, and not even where that comes from. */
    private void readSettings(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SHOW is_superuser")) {
            row.next();
            if (!row.getString(1).equals("on")) {
                return;
            }
        }
        // the last one of a name wins
        try (ResultSet row = statement.executeQuery(
                "SELECT lower(f.name), f.setting FROM pg_file_settings f, pg_settings d "
                        + "WHERE d.name = 'data_directory' AND starts_with(f.sourcefile, d.setting || '/') ORDER BY f.seqno")) {
            while (row.next()) {
                settings.put(row.getString(1), row.getString(2));
            }
        }
    }

    private void copy(CopyProgress progress) throws IOException {
        Path elsewhere = target.resolveSibling(target.getFileName() + ".tablespaces");
        try {
            Files.createDirectory(
                    elsewhere, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            user.own(elsewhere);
            Map<String, String> environment = new TreeMap<>(Map.of(
                    "PGPASSFILE", SecretFile.PATH,
                    "PGSSLMODE", source.security().sslMode().toString(),
                    // known since version 16; an older program lets the server choose
                    "PGREQUIREAUTH", source.security().authentication()));
            Optional<Path> certificate = certificate(elsewhere);
            certificate.ifPresent(file -> environment.put("PGSSLROOTCERT", file.toString()));
            String password =
                    source.credentials().password().replace("\\", "\\\\").replace(":", "\\:");
            Subprocess result = SecretFile.run(
                    user,
                    FOR_EVER,
                    environment,
                    "*:*:*:*:" + password + "\n",
                    output -> tell(output, progress),
                    command(elsewhere));
            if (!result.ok()) {
                throw Program.failure("pg_basebackup cannot copy " + source, result);
            }
            tell(result.output(), progress);
            moveTablespaces(elsewhere);
        } finally {
            OpenDirectory.deleteTree(elsewhere);
        }
    }

    /** A copy that the server's user can read, whoever the original belongs to. */
    private Optional<Path> certificate(Path elsewhere) throws IOException {
        if (source.security().rootCertificate().isEmpty()) {
            return Optional.empty();
        }
        Path copy = elsewhere.resolve("root.crt");
        Files.write(copy, Files.readAllBytes(source.security().rootCertificate().get()));
        user.own(copy);
        return Optional.of(copy);
    }

    private String[] command(Path elsewhere) {
        List<String> command = new ArrayList<>(List.of(
                installation.program(PROGRAM),
                "--pgdata=" + target,
                "--host=" + source.host(),
                "--port=" + source.port(),
                "--username=" + source.credentials().user(),
                "--no-password",
                "--wal-method=stream",
                "--checkpoint=fast",
                "--label=zvpg",
                "--no-manifest",
                "--progress",
                // all is synced at the end
                "--no-sync"));
        // without this it writes to the same paths as the original's, on this machine
        tablespaces.forEach((oid, location) -> command.add("--tablespace-mapping=" + location.replace("=", "\\=") + "="
                + elsewhere.resolve(oid).toString().replace("=", "\\=")));
        return command.toArray(String[]::new);
    }

    private static void tell(String output, CopyProgress progress) {
        Matcher lines = PROGRESS.matcher(output);
        long done = -1;
        long total = 0;
        while (lines.find()) {
            done = Long.parseLong(lines.group(1)) * KILO;
            total = Long.parseLong(lines.group(2)) * KILO;
        }
        if (done >= 0) {
            progress.copied(done, Math.max(done, total));
        }
    }

    private void moveTablespaces(Path elsewhere) throws IOException {
        if (tablespaces.isEmpty()) {
            return;
        }
        Tablespaces.make(user, target);
        for (Map.Entry<String, String> tablespace : tablespaces.entrySet()) {
            String oid = tablespace.getKey();
            Path copied = elsewhere.resolve(oid);
            if (!Files.isDirectory(copied, LinkOption.NOFOLLOW_LINKS)) {
                throw new ServerException("tablespace " + oid + " of " + source + " was not copied", "try again");
            }
            Tablespaces.place(copied, target);
            Tablespaces.link(user, target, oid);
            findings.add(Tablespaces.found(oid, tablespace.getValue()));
        }
    }
}
