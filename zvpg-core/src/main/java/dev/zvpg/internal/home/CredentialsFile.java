package dev.zvpg.internal.home;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.internal.io.AtomicFile;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.io.NewFile;
import dev.zvpg.server.Credentials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

/**
 * The file {@code credentials.json} in the home directory, which holds the superuser's password, and {@code pgpass},
 * which holds it for libpq. Only their owner can read them. Immutable.
 */
public record CredentialsFile(Home home) {

    static final String NAME = "credentials.json";
    static final String PASSWORD_FILE = "pgpass";

    private static final String SUPERUSER = "postgres";
    private static final int PASSWORD_BYTES = 24;

    public Credentials read() {
        JsonNode json = home.read(file());
        if (!json.path("user").isTextual() || !json.path("password").isTextual()) {
            throw new ConfigurationException(file(), null, "user or password is missing", "restore the file", null);
        }
        return new Credentials(
                json.get("user").textValue(), json.get("password").textValue());
    }

    /** Makes a random password, unless an initialization that was cut off made one. */
    public Credentials create() {
        if (Files.exists(file())) {
            return read();
        }
        byte[] bytes = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(bytes);
        Credentials credentials = new Credentials(
                SUPERUSER, Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
        write(credentials);
        return credentials;
    }

    public void write(Credentials credentials) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("user", credentials.user())
                .put("password", credentials.password());
        Home.write(file(), json);
    }

    /** Writes the password in the form that libpq reads, unless that was done before, and returns the file. */
    public Path passwordFile(Credentials credentials) {
        Path file = home.root().resolve(PASSWORD_FILE);
        byte[] content = ("127.0.0.1:*:*:" + escaped(credentials.user()) + ":" + escaped(credentials.password()) + "\n")
                .getBytes(StandardCharsets.UTF_8);
        try {
            if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), content)) {
                AtomicFile.replace(file, content, NewFile.PRIVATE);
            }
        } catch (IOException e) {
            throw IoFailure.of("write", file, e);
        }
        return file;
    }

    /** As the manual of libpq says, "The Password File". */
    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace(":", "\\:");
    }

    private Path file() {
        return home.root().resolve(NAME);
    }
}
