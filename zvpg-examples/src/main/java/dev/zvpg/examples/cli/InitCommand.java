package dev.zvpg.examples.cli;

import dev.zvpg.Branch;
import dev.zvpg.Repository;
import dev.zvpg.Zvpg;
import dev.zvpg.config.Configuration;
import dev.zvpg.config.Configuration.LogLevel;
import dev.zvpg.config.PortRange;
import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.info.Event;
import dev.zvpg.postgres.ClusterOptions;
import dev.zvpg.postgres.Postgres;
import dev.zvpg.server.ClusterSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes a repository and the configuration that names it. Confined to one thread. */
@Command(
        name = "init",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a repository with the branch main, starts that, and writes the configuration.",
            "Where a repository is already and only the configuration is missing, writes that."
        })
final class InitCommand implements Callable<Integer> {

    private final Session session;

    @Option(names = "--storage", paramLabel = "NAME", description = "zfs or directory; zfs where --zfs-pool is given")
    private Optional<String> storage = Optional.empty();

    @Option(names = "--zfs-pool", paramLabel = "POOL", description = "the ZFS pool, or a dataset in one")
    private Optional<String> zfsPool = Optional.empty();

    @Option(names = "--mount-dir", paramLabel = "DIR", description = "where ZFS mounts the databases")
    private Optional<Path> mountDir = Optional.empty();

    @Option(
            names = "--home",
            paramLabel = "DIR",
            description =
                    "the repository's home directory; --mount-dir without this, else ~/.zvpg/repository, for root "
                            + "/var/lib/zvpg")
    private Optional<Path> home = Optional.empty();

    @Option(
            names = "--postgres-bin",
            paramLabel = "DIR",
            description = "PostgreSQL's programs; those on the PATH without this, else the newest installed, else the "
                    + "embedded ones")
    private Optional<Path> postgresBin = Optional.empty();

    @Option(names = "--clone-port-start", paramLabel = "PORT", description = "the lowest port of servers; 6000")
    private Optional<Integer> clonePortStart = Optional.empty();

    @Option(names = "--clone-port-end", paramLabel = "PORT", description = "the highest port of servers; 6999")
    private Optional<Integer> clonePortEnd = Optional.empty();

    @Option(names = "--max-clones", paramLabel = "N", description = "how many clones there may be")
    private Optional<Integer> maxClones = Optional.empty();

    @Option(names = "--author", paramLabel = "NAME", description = "who takes the snapshots; this user")
    private Optional<String> author = Optional.empty();

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            description = "how much the library logs: ${COMPLETION-CANDIDATES}; warn")
    private Optional<LogLevel> logLevel = Optional.empty();

    @ArgGroup(
            multiplicity = "0..1",
            heading =
                    "%nTo start from an existing cluster of the same major version, which is copied and never written to, or from "
                            + "another repository:%n")
    private @Nullable Origin origin;

    @Option(
            names = "--from-configuration",
            paramLabel = "FILE",
            description =
                    "take the copy's settings from this postgresql.conf and not from the cluster's own, which may be for "
                            + "a bigger machine")
    private Optional<Path> fromConfiguration = Optional.empty();

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description = "a setting of main's server; may be repeated, and changed later with zvpg branch set")
    private Map<String, String> settings = Map.of();

    @ArgGroup(
            exclusive = false,
            heading = "%nTo sort and fold letters otherwise than by code points and as Unicode says:%n")
    private LocaleFlags locale = new LocaleFlags();

    @Option(names = "--no-start", description = "do not start main")
    private boolean noStart;

    InitCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws Exception {
        Path file = session.configurationFile();
        boolean configured = Files.exists(file);
        Configuration configuration = withPostgres(changed(
                configured
                        ? session.read(file)
                        : Configuration.directory(home.or(() -> mountDir).orElseGet(Configuration::defaultHome))));
        session.logAs(configuration);
        Optional<ClusterSource> source = source();
        Zvpg zvpg = locale.in(session.zvpg(configuration), configuration, source.isPresent());
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            zvpg = zvpg.setting(setting.getKey(), setting.getValue());
        }
        boolean[] found = {false};
        List<String> findings = new ArrayList<>();
        try (ProgressLine line = new ProgressLine(session.terminal());
                Repository repo =
                        make(zvpg.listen(line).listen(event -> note(event, findings)), source, configured, found)) {
            line.close();
            configuration.write(file);
            session.use(repo, open -> {
                session.print((found[0] ? "found the repository at " : "made a repository at ") + open.home());
                session.print("configuration  " + file);
                session.print("storage        " + open.status().storage());
                session.print("PostgreSQL     " + open.status().version());
                findings.forEach(finding -> session.print("in the copy    " + finding));
                if (!noStart) {
                    Branch main = open.branch(Zvpg.FIRST_BRANCH);
                    session.printConnection(open, main, main.start());
                }
            });
        }
        return ExitCode.DONE;
    }

    private Optional<ClusterSource> source() {
        if (origin == null && fromConfiguration.isPresent()) {
            throw new IllegalArgumentException(
                    "--from-configuration is for a copy; say of what with --from-directory or --from-server");
        }
        Optional<ClusterSource> source = Optional.ofNullable(origin).map(Origin::source);
        return fromConfiguration.isPresent() ? source.map(from -> from.configuration(fromConfiguration.get())) : source;
    }

    private static void note(Event event, List<String> findings) {
        if (event instanceof Event.ClusterAdopted adopted) {
            adopted.findings().forEach(finding -> findings.add(finding.toString()));
        }
    }

    private static Repository make(Zvpg zvpg, Optional<ClusterSource> source, boolean configured, boolean[] found) {
        try {
            return source.isPresent() ? zvpg.init(source.get()) : zvpg.init();
        } catch (AlreadyExistsException e) {
            if (configured || source.isPresent()) {
                throw e;
            }
            try {
                Repository repo = zvpg.open();
                found[0] = true;
                return repo;
            } catch (NotFoundException none) {
                e.addSuppressed(none);
                throw e;
            }
        }
    }

    /** Returns what the options say, and else what was said before. */
    private Configuration changed(Configuration before) {
        String chosen = storage.orElse(zfsPool.isPresent() ? Configuration.ZFS : before.storage());
        boolean zfs = chosen.equals(Configuration.ZFS);
        Optional<String> pool = zfs ? zfsPool.or(before::zfsPool) : zfsPool;
        if (zfs && pool.isEmpty()) {
            throw new IllegalArgumentException("storage zfs needs a pool; name it with --zfs-pool");
        }
        if (!zfs && pool.isPresent()) {
            throw new IllegalArgumentException("--zfs-pool is for storage zfs; leave it out, or --storage " + chosen);
        }
        if (chosen.equals(Configuration.DIRECTORY) && mountDir.isPresent() && home.isPresent()) {
            throw new IllegalArgumentException(
                    "storage directory keeps everything in its home directory; " + "leave out --mount-dir or --home");
        }
        PortRange ports = before.ports();
        int first = clonePortStart.orElse(ports.first());
        return new Configuration(
                home.or(() -> mountDir).orElse(before.home()),
                chosen,
                pool,
                chosen.equals(Configuration.DIRECTORY) ? Optional.empty() : mountDir.or(before::mountDir),
                new PortRange(first, clonePortEnd.orElse(Math.max(first, ports.last()))),
                logLevel.orElse(before.logLevel()),
                postgresBin.or(before::postgresBin),
                maxClones.isPresent() ? OptionalInt.of(maxClones.get()) : before.maxClones(),
                author.or(before::author),
                before.startTimeout());
    }

    /**
     * Writes down which PostgreSQL it is: an installed newer version must not become that of clusters it cannot read.
     * An embedded one is named by the class path alone, because its place in the cache may go.
     */
    private static Configuration withPostgres(Configuration configuration) {
        if (configuration.postgresBin().isPresent()) {
            return configuration;
        }
        try {
            return configuration.postgresBin(Postgres.onPath().binDirectory());
        } catch (ConfigurationException notInstalled) {
            return configuration;
        }
    }

    /** What a new cluster is to know about letters. */
    static final class LocaleFlags {

        @Option(
                names = "--locale",
                paramLabel = "NAME",
                description = "a locale of this system, such as de_DE.UTF-8 (locale -a lists them)")
        private Optional<String> system = Optional.empty();

        @Option(
                names = "--icu-locale",
                paramLabel = "TAG",
                description = "an ICU locale, such as de-DE; from PostgreSQL 15 on")
        private Optional<String> icu = Optional.empty();

        @Option(
                names = "--builtin-locale",
                paramLabel = "NAME",
                description = "PostgreSQL's own C.UTF-8 or C; from PostgreSQL 17 on")
        private Optional<String> builtin = Optional.empty();

        @Option(names = "--encoding", paramLabel = "NAME", description = "the encoding; UTF8")
        private Optional<String> encoding = Optional.empty();

        private boolean isSilent() {
            return system.isEmpty() && icu.isEmpty() && builtin.isEmpty() && encoding.isEmpty();
        }

        /** Lets a repository's PostgreSQL make its clusters so. */
        Zvpg in(Zvpg zvpg, Configuration configuration, boolean isCopy) {
            if (isSilent()) {
                return zvpg;
            }
            if (isCopy) {
                throw new IllegalArgumentException(
                        "a copy has the locale and the encoding of its original; leave out those");
            }
            if (Stream.of(system, icu, builtin).filter(Optional::isPresent).count() > 1) {
                throw new IllegalArgumentException("say only one of --locale, --icu-locale and --builtin-locale");
            }
            return configuration.launcher() instanceof Postgres postgres
                    ? zvpg.postgres(postgres.clusters(this::chosen))
                    : zvpg;
        }

        private ClusterOptions chosen(ClusterOptions options) {
            ClusterOptions named = system.map(options::locale)
                    .or(() -> icu.map(options::icuLocale))
                    .or(() -> builtin.map(options::builtinLocale))
                    .orElse(options);
            return encoding.map(named::encoding).orElse(named);
        }
    }
}
