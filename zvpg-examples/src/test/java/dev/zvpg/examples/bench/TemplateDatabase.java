package dev.zvpg.examples.bench;

import dev.zvpg.Clone;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** The peer that everybody has: {@code CREATE DATABASE ... TEMPLATE} on a server that runs, and a connection. */
final class TemplateDatabase implements Contender {

    private static final String FRESH = "fresh";

    private final String name;
    private final Clone server;
    private final String options;
    private final Connection admin;

    /**
     * @param server a running server that has the template
     * @param settings statements that prepare the session, perhaps none
     * @param options what follows the template's name
     */
    TemplateDatabase(String name, Clone server, String options, String... settings) throws SQLException {
        this.name = name;
        this.server = server;
        this.options = options;
        this.admin = server.dataSource().getConnection();
        for (String setting : settings) {
            execute(setting);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void fresh() throws SQLException {
        execute("CREATE DATABASE " + FRESH + " TEMPLATE " + Payload.DATABASE + " " + options);
        BareServer.query(server.server().dataSource(FRESH));
    }

    @Override
    public void discard() throws SQLException {
        execute("DROP DATABASE IF EXISTS " + FRESH + " WITH (FORCE)");
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = admin.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        admin.close();
    }
}
