package dev.zvpg.postgres.run;

import dev.zvpg.postgres.install.Installation;
import dev.zvpg.server.Credentials;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.postgresql.ds.PGSimpleDataSource;

/** How a user connects to a server on this machine; what the library does there itself, it does in {@link Sessions}. */
public record Connections(int port, Credentials credentials) {

    public static final String ADMIN_DATABASE = "postgres";

    /** How a server of ours asks for the password. Who asks otherwise has taken its port, and would be told it. */
    static final String AUTHENTICATION = "scram-sha-256";

    private static final String HOST = "127.0.0.1";
    private static final int CONNECT_SECONDS = 10;
    private static final String OLDEST = String.valueOf(Installation.OLDEST);

    public String url(String database) {
        // the driver decodes the name as a form field, so a plus is a space to it
        return "jdbc:postgresql://" + HOST + ":" + port + "/" + URLEncoder.encode(database, StandardCharsets.UTF_8)
                + "?requireAuth=" + AUTHENTICATION;
    }

    public PGSimpleDataSource dataSource(String database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {HOST});
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName(database);
        source.setUser(credentials.user());
        source.setPassword(credentials.password());
        source.setRequireAuth(AUTHENTICATION);
        // the server has neither, and asking for them costs a round trip each
        source.setSslMode("disable");
        source.setGssEncMode("disable");
        // tells the driver what it may send with the first message, instead of asking the server first: two round trips
        source.setAssumeMinServerVersion(OLDEST);
        source.setConnectTimeout(CONNECT_SECONDS);
        return source;
    }
}
