package dev.zvpg.postgres;

import dev.zvpg.Repository;
import dev.zvpg.ScratchPool;
import dev.zvpg.Snapshot;
import dev.zvpg.Zvpg;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;

/** A JVM with a pool and leases out, which waits to be killed, or exits without closing anything. */
final class ScratchVictim {

    private static final int POOL = 2;

    private ScratchVictim() {}

    /** Gets the repository's home, the file to make when it is ready, and whether to exit then. */
    public static void main(String[] arguments) throws Exception {
        Repository repository = Zvpg.at(Path.of(arguments[0]))
                .postgres(Postgres.embedded())
                .ports(22_000, 22_999)
                .open();
        Snapshot snapshot = repository.snapshot("v1");
        ScratchPool pool = snapshot.pool(o -> o.size(POOL));
        Connection connection = pool.lease().dataSource().getConnection();
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE x AS SELECT g FROM generate_series(1, 1000) g");
        }
        snapshot.scratch().dataSource().getConnection();
        snapshot.scratch(o -> o.memory(0)).dataSource().getConnection();
        snapshot.scratch(o -> o.overlay(false)).dataSource().getConnection();
        Files.createFile(Path.of(arguments[1]));
        if (arguments.length > 2) {
            System.exit(0);
        }
        Thread.sleep(Long.MAX_VALUE);
    }
}
