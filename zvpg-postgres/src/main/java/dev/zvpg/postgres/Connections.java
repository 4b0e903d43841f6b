package dev.zvpg.postgres;

import dev.zvpg.Credentials;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.postgresql.ds.PGSimpleDataSource;

/** How to connect to a server on this machine. */
record Connections(int port, Credentials credentials) {

    static final String ADMIN_DATABASE = "postgres";

    private static final String HOST = "127.0.0.1";
    private static final int CONNECT_SECONDS = 10;
    private static final String OLDEST = String.valueOf(Installation.OLDEST);

    String url(String database) {
        // the driver decodes the name as a form field, so a plus is a space to it
        return "jdbc:postgresql://" + HOST + ":" + port + "/" + URLEncoder.encode(database, StandardCharsets.UTF_8);
    }

    PGSimpleDataSource dataSource(String database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {HOST});
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName(database);
        source.setUser(credentials.user());
        source.setPassword(credentials.password());
        // the server has neither, and asking for them costs a round trip each
        source.setSslMode("disable");
        source.setGssEncMode("disable");
        // tells the driver what it may send with the first message, instead of asking the server first: two round trips
        source.setAssumeMinServerVersion(OLDEST);
        source.setConnectTimeout(CONNECT_SECONDS);
        return source;
    }

    /** For our own statements. */
    PGSimpleDataSource admin() {
        PGSimpleDataSource source = dataSource(ADMIN_DATABASE);
        source.setApplicationName("zvpg");
        return source;
    }
}
