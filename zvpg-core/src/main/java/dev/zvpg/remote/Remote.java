package dev.zvpg.remote;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where another repository is, or a place that keeps what repositories give it.
 *
 * <pre>{@code
 * Remote origin = Remote.ssh("db1.example.org", "/var/lib/zvpg");
 * Remote share  = Remote.directory(Path.of("/mnt/share/shop"));
 * }</pre>
 *
 * <p>Immutable.
 */
public sealed interface Remote {

    /**
     * Names a repository on another host, which is reached by the user's own {@code ssh}: its configuration, agent, keys
     * and known hosts are the user's, and nobody is asked for a password. There, {@code zvpg} is on the path.
     *
     * @param host the host as {@code ssh} takes it, such as {@code db1.example.org}, {@code ada@db1} or a name of
     *     {@code ~/.ssh/config}
     * @param repository the home directory of the repository there; absolute. A forced command on that host may name
     *     another one, and then that counts
     * @return a remote
     * @throws IllegalArgumentException when the host would be an option of {@code ssh}
     */
    static Ssh ssh(String host, String repository) {
        return new Ssh(host, Optional.empty(), repository, Ssh.ZVPG);
    }

    /**
     * Names a place that is only a directory, such as on a share, on removable storage or in the cache of a CI system. It
     * holds bundles and a file of refs, and needs no {@code zvpg}.
     *
     * @param place the directory; it is made by the first push
     * @return a remote
     */
    static Directory directory(Path place) {
        return new Directory(place);
    }

    /**
     * Names a repository that is served at the other end of two streams, for one call. They are closed by that.
     *
     * @param in what it says
     * @param out what it is told
     * @return a remote, which cannot be stored
     */
    static Streams of(InputStream in, OutputStream out) {
        return new Streams(in, out);
    }

    /**
     * Reads where a remote is.
     *
     * @param url {@code ssh://[USER@]HOST[:PORT]/PATH[?command=ZVPG]}, {@code file:///PATH}, or an absolute path
     * @return a remote on a host, or a directory
     * @throws IllegalArgumentException when it is none of these
     */
    static Remote parse(String url) {
        if (url.startsWith("/")) {
            return directory(Path.of(url));
        }
        try {
            URI uri = new URI(url);
            String path = uri.getPath();
            if ("file".equals(uri.getScheme()) && path != null && path.startsWith("/")) {
                return directory(Path.of(path));
            }
            String authority = uri.getRawAuthority(); // a URI knows no hosts with underscores, and ssh does
            if ("ssh".equals(uri.getScheme()) && authority != null && path != null && path.length() > 1) {
                String query = uri.getQuery() == null ? "" : uri.getQuery();
                String command = query.startsWith(Ssh.COMMAND) ? query.substring(Ssh.COMMAND.length()) : Ssh.ZVPG;
                return Ssh.at(authority, path, command);
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + url + "' is no place of a remote: " + e.getReason(), e);
        }
        throw new IllegalArgumentException("'" + url
                + "' is no place of a remote; it is ssh://[USER@]HOST[:PORT]/PATH, file:///PATH or an absolute path");
    }

    /**
     * Returns where it is, as {@link #parse} reads it.
     *
     * @return empty for streams, which are nowhere
     */
    Optional<String> url();

    /**
     * A repository on another host.
     *
     * @param host the host, perhaps behind a user and {@code @}
     * @param port where its {@code sshd} listens, unless the user's configuration says that
     * @param repository the home directory of the repository there
     * @param command the {@code zvpg} there: a name on the path, or a path of letters, digits and {@code ._/-}
     */
    record Ssh(String host, Optional<Integer> port, String repository, String command) implements Remote {

        private static final String ZVPG = "zvpg";
        private static final String COMMAND = "command=";

        /** A name, or an address, perhaps with a zone. */
        private static final String NAME = "[A-Za-z0-9._:%][A-Za-z0-9._:%-]*";

        private static final Pattern HOST =
                Pattern.compile("((?:[A-Za-z0-9._][A-Za-z0-9._-]*@)?)(?:(" + NAME + ")|\\[(" + NAME + ")])");

        /** In a URL: an address with colons is in brackets. */
        private static final Pattern AUTHORITY = Pattern.compile("((?:[^@]*@)?(?:\\[[^]]*]|[^:@]*))(?::([0-9]{1,5}))?");

        private static Ssh at(String authority, String repository, String command) {
            Matcher matcher = AUTHORITY.matcher(authority);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("'" + authority + "' is no host and port");
            }
            Optional<Integer> port = Optional.ofNullable(matcher.group(2)).map(Integer::valueOf);
            return new Ssh(matcher.group(1).replace("%25", "%"), port, repository, command);
        }

        /** Checks that nothing of it is an option or means something to a shell. */
        public Ssh {
            Matcher matcher = HOST.matcher(host);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("'" + host + "' is no host");
            }
            host = matcher.group(1) + (matcher.group(2) == null ? matcher.group(3) : matcher.group(2));
            if (!command.matches("[A-Za-z0-9_/][A-Za-z0-9._/-]*")) {
                throw new IllegalArgumentException("'" + command + "' is no path of a command");
            }
            if (!repository.startsWith("/") || repository.startsWith("//") || repository.indexOf('\0') >= 0) {
                throw new IllegalArgumentException(
                        "'" + repository + "' is no absolute path of a repository on " + host);
            }
            port.ifPresent(number -> {
                if (number < 1 || number > 65_535) {
                    throw new IllegalArgumentException("port " + number + " is not between 1 and 65535");
                }
            });
        }

        /**
         * Names the command line on that host.
         *
         * @param path such as {@code /opt/zvpg/bin/zvpg}
         * @return a changed copy
         */
        public Ssh command(String path) {
            return new Ssh(host, port, repository, path);
        }

        @Override
        public Optional<String> url() {
            return Optional.of(toString());
        }

        @Override
        public String toString() {
            String query = command.equals(ZVPG) ? "" : "?" + COMMAND + command;
            return "ssh://" + authority() + port.map(number -> ":" + number).orElse("") + path() + query;
        }

        private String authority() {
            int name = host.indexOf('@') + 1;
            String address = host.substring(name).replace("%", "%25");
            return host.substring(0, name) + (address.indexOf(':') < 0 ? address : "[" + address + "]");
        }

        /** What a URL cannot hold is written by numbers. */
        private String path() {
            try {
                return new URI(null, null, repository, null).getRawPath();
            } catch (URISyntaxException e) {
                throw new IllegalStateException("an absolute path can be written in a URL: " + repository, e);
            }
        }
    }

    /**
     * A place that is only a directory.
     *
     * @param place where; absolute
     */
    record Directory(Path place) implements Remote {

        /** Makes the path absolute. */
        public Directory {
            place = place.toAbsolutePath().normalize();
        }

        @Override
        public Optional<String> url() {
            return Optional.of(toString());
        }

        @Override
        public String toString() {
            return place.toString();
        }
    }

    /**
     * A repository at the other end of two streams.
     *
     * @param in what it says
     * @param out what it is told
     */
    record Streams(InputStream in, OutputStream out) implements Remote {

        /** Requires both. */
        public Streams {
            Objects.requireNonNull(in, "in");
            Objects.requireNonNull(out, "out");
        }

        @Override
        public Optional<String> url() {
            return Optional.empty();
        }

        @Override
        public String toString() {
            return "the repository at the other end of two streams";
        }
    }
}
