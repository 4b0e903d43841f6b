package dev.zvpg.server;

import dev.zvpg.internal.io.DisplayText;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * What a connection to a server that is not ours must be like, before it gets a password or gives its data.
 *
 * <p>Immutable.
 *
 * @param sslMode how far the connection is encrypted, and who is on its other end
 * @param rootCertificate a file with the certificates that the server's must descend from; empty for the one that
 *     PostgreSQL's clients look for, {@code ~/.postgresql/root.crt}
 * @param authentication how the server may ask for the password: PostgreSQL's {@code require_auth}, such as
 *     {@code scram-sha-256}, {@code md5} or {@code password}, with commas between several. {@code pg_basebackup} before
 *     version 16 knows no such demand; {@link SslMode#VERIFY_FULL} protects there
 */
public record ServerSecurity(SslMode sslMode, Optional<Path> rootCertificate, String authentication) {

    /** Encrypted where the server can, and a password only by SCRAM, which gives nothing away. */
    public static final ServerSecurity DEFAULT = new ServerSecurity(SslMode.PREFER, Optional.empty(), "scram-sha-256");

    /** As the manual of libpq says, "SSL Support". */
    public enum SslMode {
        /** Never encrypted. */
        DISABLE,
        /** Encrypted where the server insists. */
        ALLOW,
        /** Encrypted where the server can. The default. */
        PREFER,
        /** Encrypted. */
        REQUIRE,
        /** Encrypted, and the certificate comes from somebody trusted. */
        VERIFY_CA,
        /** The same, and the certificate is that of this host. */
        VERIFY_FULL;

        /**
         * Returns the mode as PostgreSQL writes it.
         *
         * @return such as {@code verify-full}
         */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Checks the demand, and makes the path absolute. */
    public ServerSecurity {
        Objects.requireNonNull(sslMode, "sslMode");
        rootCertificate = rootCertificate.map(file -> file.toAbsolutePath().normalize());
        if (!authentication.matches("!?[a-z0-9-]+(,!?[a-z0-9-]+)*")) {
            throw new IllegalArgumentException(
                    "'" + DisplayText.firstLine(authentication)
                            + "' is no way to authenticate; it is one such as scram-sha-256, or several with commas between them");
        }
    }

    /**
     * Demands encryption.
     *
     * @param mode how far
     * @return a changed copy
     */
    public ServerSecurity sslMode(SslMode mode) {
        return new ServerSecurity(mode, rootCertificate, authentication);
    }

    /**
     * Names whom to trust.
     *
     * @param file certificates in PEM format
     * @return a changed copy
     */
    public ServerSecurity rootCertificate(Path file) {
        return new ServerSecurity(sslMode, Optional.of(file), authentication);
    }

    /**
     * Allows other ways to ask for the password.
     *
     * @param methods as in PostgreSQL's {@code require_auth}
     * @return a changed copy
     */
    public ServerSecurity authentication(String methods) {
        return new ServerSecurity(sslMode, rootCertificate, methods);
    }
}
