package dev.zvpg.postgres;

import dev.zvpg.Clone;
import dev.zvpg.Repository;
import dev.zvpg.ScratchClone;
import dev.zvpg.ScratchPool;
import dev.zvpg.Snapshot;
import dev.zvpg.Zvpg;
import dev.zvpg.server.ClusterSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * A JVM that starts copies for the first time, deletes them, refills a pool and takes base backups, until it is killed.
 */
final class KilledWorker {

    private static final int FIRST_PORT = 23_000;
    private static final int LAST_PORT = 23_999;

    private KilledWorker() {}

    static Zvpg zvpg(Path home) {
        return Zvpg.at(home).postgres(Postgres.onPath()).ports(FIRST_PORT, LAST_PORT);
    }

    static ClusterSource source(int port, String user, String password) {
        return ClusterSource.server("127.0.0.1", port, user, password);
    }

    /** Gets the repository's home, the home of another to make, the source's port, user and password, and a seed. */
    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        Path other = Path.of(arguments[1]);
        ClusterSource source = source(Integer.parseInt(arguments[2]), arguments[3], arguments[4]);
        Random random = new Random(Long.parseLong(arguments[5]));
        try (Repository repository = zvpg(home).open()) {
            Snapshot snapshot = repository.snapshot("v1");
            Files.createFile(home.resolveSibling("ready"));
            for (int i = 0; ; i++) {
                switch (random.nextInt(3)) {
                    case 0 -> {
                        Clone clone = snapshot.clone("clone-" + i + "-" + random.nextInt(1 << 20));
                        clone.start();
                        clone.delete();
                    }
                    case 1 -> {
                        try (ScratchPool pool = snapshot.pool(o -> o.size(1));
                                ScratchClone first = pool.lease();
                                ScratchClone second = pool.lease()) {
                            first.dataSource().getConnection().close();
                        }
                    }
                    default -> zvpg(other).init(source).destroy();
                }
            }
        }
    }
}
