package dev.zvpg.postgres.copy;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.PermissionException;
import dev.zvpg.error.ServerException;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.Subprocess;
import dev.zvpg.internal.io.TreeSync;
import dev.zvpg.internal.io.Uninterrupted;
import dev.zvpg.postgres.cluster.Cluster;
import dev.zvpg.postgres.cluster.ClusterLocale;
import dev.zvpg.postgres.cluster.ConfFile;
import dev.zvpg.postgres.cluster.CopyMark;
import dev.zvpg.postgres.cluster.Initdb;
import dev.zvpg.postgres.cluster.JobLibraries;
import dev.zvpg.postgres.install.Installation;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.os.Program;
import dev.zvpg.postgres.os.Reachability;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.run.Connections;
import dev.zvpg.postgres.run.RunDirectory;
import dev.zvpg.postgres.run.Settings;
import dev.zvpg.postgres.run.SingleUser;
import dev.zvpg.server.Adoption;
import dev.zvpg.server.ClusterSource;
import dev.zvpg.server.CopyProgress;
import dev.zvpg.server.Credentials;
import dev.zvpg.server.Finding;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a cluster of our own from an existing one: copied, with its own configuration, disarmed, with a superuser whose
 * password is ours, and proven to start. Nothing of it listens before all that is done.
 */
public record Adopting(
        Installation installation, ServerUser user, Duration startTimeout, Path target, Map<String, String> chosen) {

    private static final Logger LOG = LoggerFactory.getLogger(Adopting.class);

    /**
     * An empty cluster's segments of WAL may be larger than the original's, so that what fits those does not fit here.
     */
    private static final Map<String, String> FITTING = Map.of("min_wal_size", "80MB", "max_wal_size", "1GB");

    private static final String FIRST_DATABASE = "template1";
    private static final Duration SYNC_TIMEOUT = Duration.ofHours(1);

    public Adoption run(ClusterSource source, Credentials superuser, CopyProgress progress) {
        Reachability.require(user, target, "the data directory");
        Reachability.require(user, Path.of(installation.program("postgres")), "the PostgreSQL programs");
        Optional<ConfFile> named = AdoptedSettings.read(source.configuration());
        Optional<SourceDirectory> directory = Optional.empty();
        Optional<BaseBackup> backup = Optional.empty();
        if (source instanceof ClusterSource.Directory stopped) {
            SourceDirectory found = SourceDirectory.find(installation, stopped);
            found.requireStopped(target);
            named = named.or(() -> AdoptedSettings.read(found.reader(), found.configuration()));
            directory = Optional.of(found);
        }
        if (source instanceof ClusterSource.RunningServer server) {
            backup = Optional.of(BaseBackup.of(installation, user, server, target));
        }
        Optional<ConfFile> expected = named.isPresent() ? named : backup.flatMap(BaseBackup::settings);
        if (expected.isPresent()) {
            rehearse(expected.get(), directory, superuser);
        }
        createTarget();
        boolean done = false;
        try {
            List<Finding> findings = new ArrayList<>();
            if (backup.isPresent()) {
                user.own(target);
                findings.addAll(backup.get().run(progress));
            } else {
                directory.ifPresent(
                        found -> findings.addAll(SourceCopy.run(found.data(), target, installation.major(), progress)));
            }
            Cluster.requireMajor(installation, target);
            Cluster.requireSelfContained(target);
            findings.addAll(AdoptedSettings.write(installation, named, target, chosen.keySet()));
            findings.addAll(Disarming.run(target));
            CopyMark.markAdopted(target);
            if (backup.isPresent()) {
                closeToOthers();
            } else {
                giveAway(target);
            }
            TreeSync.sync(target);
            Credentials mine = own(superuser, findings);
            done = true;
            return new Adoption(mine, findings);
        } catch (IOException e) {
            throw Failures.of("cannot copy a cluster to " + target, e);
        } finally {
            if (!done) {
                discard();
            }
        }
    }

    /**
     * Tries the settings on an empty cluster, because a copy takes long: whether there is enough memory for them here,
     * and whether the locales and libraries that they name are there. A place for it that cannot be made says nothing
     * of them.
     */
    private void rehearse(ConfFile conf, Optional<SourceDirectory> original, Credentials superuser) {
        Adopting trial = new Adopting(
                installation, user, startTimeout, target.resolveSibling(target.getFileName() + ".trial"), chosen);
        try {
            Initdb.run(installation, user, trial.target, superuser, ClusterLocale.DEFAULT);
        } catch (ServerException | PermissionException e) {
            LOG.debug("The settings of the original are not tried before the copy", e);
            return;
        }
        try {
            if (original.isPresent()) {
                AdoptedSettings.writeAuto(trial.target, original.get().auto());
            }
            AdoptedSettings.write(installation, Optional.of(conf), trial.target, chosen.keySet());
            Map<String, String> settings = trial.settings();
            settings.putAll(FITTING);
            trial.prove(new SingleUser(installation, user, trial.target, startTimeout), settings, target);
        } catch (IOException e) {
            throw Failures.of("cannot try the settings of the original in " + trial.target, e);
        } finally {
            trial.discard();
        }
    }

    private void createTarget() {
        try {
            Files.createDirectory(
                    target, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            throw new AlreadyExistsException("cannot copy a cluster to " + target + ": it exists already");
        } catch (IOException e) {
            throw Failures.of("cannot make the directory " + target, e);
        }
    }

    /** To the server's user, from below: the top is the last, so nobody else reaches what is still worked on. */
    private void giveAway(Path path) throws IOException {
        if (!Files.isSymbolicLink(path)) {
            for (Path entry : OpenDirectory.list(path)) {
                giveAway(entry);
            }
            boolean directory = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(directory ? "rwx------" : "rw-------"));
        }
        user.own(path);
    }

    /**
     * What pg_basebackup made is the server's user's already, so it is done by that user, who can lead only himself
     * astray.
     */
    private void closeToOthers() throws IOException {
        Subprocess closed =
                Program.run(user, SYNC_TIMEOUT, Map.of(), "chmod", "-R", "u=rwX,go=", "--", target.toString());
        if (!closed.ok()) {
            throw Program.failure("cannot close " + target + " to other users", closed);
        }
    }

    /**
     * Sets the password of the first superuser, and sees to it that the database is there that everybody connects to.
     */
    private Credentials own(Credentials superuser, List<Finding> findings) throws IOException {
        SingleUser single = new SingleUser(installation, user, target, startTimeout);
        prove(single, settings(), target);
        Map<String, String> quiet = settings();
        // libraries may have an opinion on passwords, and this is not the moment to find out
        quiet.put(JobLibraries.SETTING, "");
        List<String> answers = single.execute(
                "take over the cluster that was copied to " + target,
                quiet,
                FIRST_DATABASE,
                "ALTER ROLE CURRENT_USER WITH SUPERUSER LOGIN CONNECTION LIMIT -1 VALID UNTIL 'infinity' PASSWORD '"
                        + TakeOver.verifier(superuser) + "'",
                SingleUser.ask("current_user"),
                SingleUser.ask("(SELECT count(*) FROM pg_database WHERE datallowconn AND datname = '"
                        + Connections.ADMIN_DATABASE + "')::text"),
                SingleUser.ask("(SELECT count(*) FROM pg_authid WHERE rolpassword LIKE 'md5%')::text"));
        String role = answers.get(0);
        findings.add(new Finding("superuser " + role + " of the original", "given the repository's password"));
        if (answers.get(1).equals("0")) {
            single.execute(
                    "make a database " + Connections.ADMIN_DATABASE + " in the cluster that was copied to " + target,
                    quiet,
                    FIRST_DATABASE,
                    "CREATE DATABASE " + Connections.ADMIN_DATABASE);
            findings.add(new Finding("no database " + Connections.ADMIN_DATABASE, "made"));
        }
        findings.addAll(new DatabaseLocales(single, quiet, FIRST_DATABASE).missing());
        if (!answers.get(2).equals("0")) {
            findings.add(new Finding(
                    "md5 passwords of " + answers.get(2) + " roles",
                    "left as they are: these roles cannot log in until their passwords are set again"));
        }
        return new Credentials(role, superuser.password());
    }

    /**
     * Sets the password of a cluster that another repository has made and that was disarmed, before anything of it
     * listens. It is recovered by that, where its server had not been stopped.
     */
    public List<Finding> takeOver(Credentials superuser) {
        SingleUser single = new SingleUser(installation, user, target, startTimeout);
        String what = "take over the cluster in " + target;
        try {
            Map<String, String> quiet = settings();
            quiet.put(JobLibraries.SETTING, "");
            JobLibraries.OF_SESSIONS.forEach(setting -> quiet.put(setting, "")); // they may lie in the cluster itself
            String name = "'" + superuser.user().replace("'", "''") + "'";
            List<String> answers = single.execute(
                    what,
                    quiet,
                    FIRST_DATABASE,
                    SingleUser.ask("current_user"),
                    SingleUser.ask("(SELECT count(*) FROM pg_authid WHERE rolname = " + name + ")::text"),
                    SingleUser.ask(
                            "(SELECT bool_and(rolvaliduntil IS NULL) FROM pg_authid WHERE rolname IN (current_user, "
                                    + name + "))::text"));
            boolean isFirst = answers.get(0).equals(superuser.user());
            List<String> statements = TakeOver.statements(
                    superuser,
                    isFirst,
                    !answers.get(1).equals("0"),
                    answers.get(2).equals("true"));
            single.execute(what, quiet, FIRST_DATABASE, statements.toArray(String[]::new));
            return TakeOver.findings(answers.get(0), superuser, isFirst);
        } catch (IOException e) {
            throw Failures.of("cannot " + what, e);
        }
    }

    /** With the settings that every start will have; better now than at the first one. */
    private void prove(SingleUser single, Map<String, String> settings, Path shown) {
        try {
            single.execute("start", settings, FIRST_DATABASE);
        } catch (ServerException e) {
            throw new ConfigurationException(
                    shown,
                    null,
                    "a copy does not start on this machine with the original's settings",
                    "choose another value for what it "
                            + "complains of (Zvpg.setting(name, value), zvpg init --set NAME=VALUE), or name a file with others "
                            + "(configuration(path), --from-configuration FILE):\n  "
                            + String.join("\n  ", e.lastLogLines()),
                    e);
        }
    }

    private Map<String, String> settings() throws IOException {
        Map<String, String> settings = new LinkedHashMap<>(Settings.of(
                installation.major(),
                1,
                new RunDirectory(target, target, false),
                0,
                Settings.wanted(target, false, chosen)));
        settings.put("data_directory", target.toString());
        settings.put("config_file", target.resolve(ConfFile.NAME).toString());
        settings.put("default_transaction_read_only", "off");
        settings.put("client_encoding", "UTF8");
        // nothing of what is executed comes into any log, and what is complained of is recognised
        settings.put("log_statement", "none");
        settings.put("log_min_duration_statement", "-1");
        settings.put("log_min_error_statement", "panic");
        settings.put("log_line_prefix", "");
        return settings;
    }

    private void discard() {
        try {
            // the flag must not keep us from cleaning up
            Uninterrupted.call(() -> {
                OpenDirectory.deleteTree(target);
                return target;
            });
        } catch (IOException e) {
            throw Failures.of("cannot remove the unfinished copy " + target, e);
        }
    }
}
