package dev.zvpg.postgres.copy;

import dev.zvpg.error.ServerException;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.Sha256;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.os.ServerUser;
import dev.zvpg.server.Credentials;
import dev.zvpg.server.Finding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** Makes a cluster this repository's that was another one's. Thread-safe. */
public final class TakeOver {

    private static final int ITERATIONS = 4096;
    private static final int SALT_BYTES = 16;
    private static final int KEY_BITS = 256;
    private static final String HMAC = "HmacSHA256";

    private TakeOver() {}

    /** Gives files to the servers' user, and closes them to everybody but the group that may read them. */
    public static void own(ServerUser user, Path dataDirectory) {
        if (!user.switched()) {
            return; // they are his already, and closed
        }
        try {
            give(user, dataDirectory);
        } catch (IOException e) {
            throw Failures.of("cannot give " + dataDirectory + " to user " + user.name(), e);
        }
    }

    /** From below: the top is the last, so nobody else reaches what is still worked on. */
    private static void give(ServerUser user, Path path) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            for (Path entry : OpenDirectory.list(path)) {
                give(user, entry);
            }
        }
        user.own(path);
    }

    /**
     * The statements that set the password, each on one line. The first superuser executes them, and is not the role that
     * connects where that has another name here. What is as it should be stays as it is: a comparison would tell it.
     */
    static List<String> statements(Credentials superuser, boolean isFirst, boolean isThere, boolean isForEver) {
        String as = " SUPERUSER LOGIN CONNECTION LIMIT -1 PASSWORD '" + verifier(superuser) + "'"
                + (isForEver ? "" : " VALID UNTIL 'infinity'");
        List<String> statements = new ArrayList<>(List.of("ALTER ROLE CURRENT_USER WITH" + as));
        if (!isFirst) {
            String role = "\"" + superuser.user().replace("\"", "\"\"") + "\"";
            statements.add((isThere ? "ALTER ROLE " : "CREATE ROLE ") + role + " WITH" + as);
        }
        return statements;
    }

    /** What is to be told of it. */
    static List<Finding> findings(String first, Credentials superuser, boolean isFirst) {
        Finding password =
                new Finding("superuser " + first + " of another repository", "given this repository's password");
        return isFirst
                ? List.of(password)
                : List.of(
                        password, new Finding("superuser " + superuser.user(), "made, because this repository has it"));
    }

    /**
     * The password as PostgreSQL keeps it (RFC 5802 and RFC 7677), so that it itself is not even in the server's memory.
     * The same password gives the same text: else each copy of one cluster would have another one, and a comparison of two
     * would find that out.
     */
    static String verifier(Credentials superuser) {
        try {
            byte[] secret = superuser.password().getBytes(StandardCharsets.UTF_8);
            byte[] salt = Arrays.copyOf(
                    hmac(secret, ("zvpg salt of " + superuser.user()).getBytes(StandardCharsets.UTF_8)), SALT_BYTES);
            byte[] salted = SecretKeyFactory.getInstance("PBKDF2With" + HMAC)
                    .generateSecret(new PBEKeySpec(superuser.password().toCharArray(), salt, ITERATIONS, KEY_BITS))
                    .getEncoded();
            byte[] client = hmac(salted, "Client Key".getBytes(StandardCharsets.US_ASCII));
            byte[] stored = Sha256.begin().digest(client);
            byte[] server = hmac(salted, "Server Key".getBytes(StandardCharsets.US_ASCII));
            Base64.Encoder base64 = Base64.getEncoder();
            return "SCRAM-SHA-256$" + ITERATIONS + ":" + base64.encodeToString(salt) + "$"
                    + base64.encodeToString(stored) + ":" + base64.encodeToString(server);
        } catch (GeneralSecurityException e) {
            throw new ServerException("cannot make a SCRAM verifier of the password", e);
        }
    }

    private static byte[] hmac(byte[] key, byte[] text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(HMAC);
        mac.init(new SecretKeySpec(key, HMAC));
        return mac.doFinal(text);
    }
}
