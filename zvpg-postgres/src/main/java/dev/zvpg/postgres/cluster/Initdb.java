package dev.zvpg.postgres.cluster;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.Subprocess;
import dev.zvpg.postgres.install.Installation;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.os.Program;
import dev.zvpg.postgres.os.Reachability;
import dev.zvpg.postgres.os.SecretFile;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.postgres.os.SharedMemoryRoom;
import dev.zvpg.server.Credentials;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Makes a new cluster. */
public final class Initdb {

    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    private Initdb() {}

    public static void run(
            Installation installation,
            ServerUser user,
            Path dataDirectory,
            Credentials superuser,
            ClusterLocale locale) {
        Reachability.require(user, dataDirectory, "the data directory");
        Reachability.require(user, Path.of(installation.program("initdb")), "the PostgreSQL programs");
        try {
            // the server's user may not write to the parent, so the directory is made for it
            Files.createDirectory(
                    dataDirectory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            throw new AlreadyExistsException("cannot make a cluster in " + dataDirectory + ": it exists already");
        } catch (IOException e) {
            throw Failures.of("cannot make the directory " + dataDirectory, e);
        }
        boolean done = false;
        try {
            user.own(dataDirectory);
            initialize(installation, user, dataDirectory, superuser, locale);
            done = true;
        } catch (IOException e) {
            throw Failures.of("cannot make a cluster in " + dataDirectory, e);
        } finally {
            if (!done) {
                discard(dataDirectory);
            }
        }
    }

    private static void initialize(
            Installation installation, ServerUser user, Path dataDirectory, Credentials superuser, ClusterLocale locale)
            throws IOException {
        Subprocess result = null;
        for (List<String> arguments : locale.arguments(installation.major())) {
            result = initdb(installation, user, dataDirectory, superuser, arguments);
            if (result.ok()) {
                return;
            }
            user.requireNamed(result);
            SharedMemoryRoom.require(result.output());
            if (!ClusterLocale.isUnknown(result)) {
                throw Program.failure("initdb cannot make a cluster in " + dataDirectory, result);
            }
        }
        throw locale.refusal(Objects.requireNonNull(result, "there is at least one way"));
    }

    private static Subprocess initdb(
            Installation installation, ServerUser user, Path dataDirectory, Credentials superuser, List<String> locale)
            throws IOException {
        List<String> command = new ArrayList<>(user.namedPrefix());
        command.addAll(List.of(
                installation.program("initdb"),
                "--pgdata=" + dataDirectory,
                "--username=" + superuser.user(),
                "--pwfile=" + SecretFile.PATH,
                "--auth=scram-sha-256",
                // durability is the storage's business: it syncs what it snapshots
                "--no-sync"));
        command.addAll(locale);
        return SecretFile.run(
                user, TIMEOUT, Map.of(), superuser.password() + "\n", output -> {}, command.toArray(String[]::new));
    }

    private static void discard(Path dataDirectory) {
        try {
            OpenDirectory.deleteTree(dataDirectory);
        } catch (IOException e) {
            throw Failures.of("cannot remove the unfinished cluster " + dataDirectory, e);
        }
    }
}
