package dev.zvpg.postgres.junit;

import dev.zvpg.Clone;
import dev.zvpg.ScratchClone;
import dev.zvpg.Snapshot;
import dev.zvpg.option.ScratchOptions;
import dev.zvpg.postgres.PostgresServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.extension.ParameterResolutionException;

/**
 * A clone that outlives the JVM when its test fails. It is an ordinary one from the beginning, because nobody knows beforehand
 * which test will. Thread-safe.
 */
final class KeptLease implements Lease {

    /** How long a clone of a failed test stays, and one that a killed JVM left. */
    private static final Duration KEPT = Duration.ofDays(1);

    private final Clone clone;
    private final PostgresServer server;
    private final Path passwordFile;
    private volatile boolean kept;

    private KeptLease(Clone clone, PostgresServer server, Path passwordFile) {
        this.clone = clone;
        this.server = server;
        this.passwordFile = passwordFile;
    }

    static KeptLease of(Snapshot snapshot, String test, ScratchOptions scratch, Path passwordFile) {
        String name = "junit/" + Digest.name(test + UUID.randomUUID());
        Clone clone = snapshot.clone(name, options -> {
            var changed = options.timeToLive(KEPT);
            for (Map.Entry<String, String> setting : scratch.settings().entrySet()) {
                changed = changed.setting(setting.getKey(), setting.getValue());
            }
            return changed;
        });
        try {
            return new KeptLease(clone, (PostgresServer) clone.start(), passwordFile);
        } catch (RuntimeException | Error e) {
            clone.delete();
            throw e;
        }
    }

    @Override
    public ScratchClone scratch() {
        throw new ParameterResolutionException(
                "there is no ScratchClone while clones of failed tests are kept, because that "
                        + "one dies with the JVM; switch that off, or use a PostgresServer");
    }

    @Override
    public PostgresServer server() {
        return server;
    }

    @Override
    public String failed(String database) {
        kept = true;
        return "its " + clone + " is kept, until a run that begins more than " + KEPT.toDays()
                + " day from now deletes it; look into it with\n"
                + "  PGPASSFILE=" + passwordFile + " psql -h 127.0.0.1 -p " + server.port() + " -U "
                + server.credentials().user() + " -d '" + database + "'\n"
                + "  " + server.jdbcUrl(database) + " (user "
                + server.credentials().user() + ", password in that file)";
    }

    @Override
    public void close() {
        if (!kept) {
            clone.delete();
        }
    }
}
