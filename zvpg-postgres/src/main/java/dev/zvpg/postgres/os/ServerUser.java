package dev.zvpg.postgres.os;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.internal.io.Subprocess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The operating system's user who owns data directories and runs PostgreSQL: the JVM's own, unless that is root.
 *
 * @param switched whether this is another user than the JVM's, so programs are started through {@code setpriv}
 */
public record ServerUser(String name, int uid, int gid, Set<Integer> groups, boolean switched) {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** Those of a user who need not have a name, unless it is asked for by one. */
    private static final String NUMBERS = "n=$(id -un $1 2>/dev/null) || { [ -z \"$1\" ] && n=$(id -u); }"
            + " && echo \"$n\" && id -u $1 && id -g $1 && id -G $1";

    private static final String NAME = "[A-Za-z0-9_][A-Za-z0-9_.-]*";
    private static final Map<String, ServerUser> KNOWN = new ConcurrentHashMap<>();
    private static final Set<ServerUser> REACHABLE = ConcurrentHashMap.newKeySet();
    private static @Nullable ServerUser current;

    /** The user of this JVM. */
    public static synchronized ServerUser current() {
        ServerUser user = current;
        if (user == null) {
            user = ask("").orElseThrow(() ->
                    new ConfigurationException("cannot find out which user this JVM runs as: the program id failed"));
            current = user;
        }
        return user;
    }

    /**
     * Who runs the servers: the JVM's user, or for root the user {@code wanted}, or {@code postgres}, or
     * {@code nobody}.
     */
    public static ServerUser of(@Nullable String wanted) {
        ServerUser jvm = current();
        if (jvm.uid != 0) {
            return jvm;
        }
        ServerUser user = wanted != null
                ? named(wanted)
                : ask("postgres")
                        .or(() -> ask("nobody"))
                        .orElseThrow(() -> new ConfigurationException(
                                "PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody to run it as",
                                "make one, or name one with runAs(user)"));
        if (REACHABLE.add(user)) {
            requireReachable(user);
        }
        return user;
    }

    /** Finds out whether programs can be run as another user: the small setpriv of BusyBox knows nothing of users. */
    private static void requireReachable(ServerUser user) {
        String why;
        try {
            Subprocess tried = Program.run(user, TIMEOUT, Map.of(), "true");
            if (tried.ok()) {
                return;
            }
            why = String.join(" ", tried.lastLines(1));
        } catch (IOException e) {
            why = String.valueOf(e.getMessage());
        }
        REACHABLE.remove(user);
        throw new ConfigurationException(
                "root cannot run PostgreSQL as " + user.name + ": " + why,
                "install setpriv of util-linux (Alpine: apk add setpriv), or run this program as an ordinary user");
    }

    private static ServerUser named(String name) {
        ServerUser user = ask(name)
                .orElseThrow(() -> new ConfigurationException(
                        "cannot run PostgreSQL as " + name + ": there is no such user",
                        "make it, or name another with runAs(user)"));
        if (user.uid == 0) {
            throw new ConfigurationException(
                    "cannot run PostgreSQL as " + name + ": PostgreSQL refuses to run as root",
                    "name an ordinary user");
        }
        return user;
    }

    /** Whose a file is. */
    public static ServerUser ownerOf(Path file) throws IOException {
        int uid = Ownership.of(file).uid();
        return uid == current().uid
                ? current()
                : ask(Integer.toString(uid))
                        .orElseThrow(() -> new ConfigurationException(
                                file, null, "it belongs to user " + uid + ", whom this system does not know", null));
    }

    private static Optional<ServerUser> ask(String name) {
        if (!name.isEmpty() && !name.matches(NAME)) {
            return Optional.empty();
        }
        return Optional.ofNullable(KNOWN.computeIfAbsent(name, ServerUser::lookUp));
    }

    private static @Nullable ServerUser lookUp(String name) {
        // id asks every source of users that the system knows, not only /etc/passwd
        ServerUser nobodyYet = new ServerUser("", -1, -1, Set.of(), false);
        try {
            Subprocess result = Program.run(nobodyYet, TIMEOUT, Map.of(), "/bin/sh", "-c", NUMBERS, "sh", name);
            List<String> lines = result.output().lines().toList();
            if (!result.ok() || lines.size() < 4) {
                return null;
            }
            Set<Integer> groups = Arrays.stream(lines.get(3).trim().split(" ", -1))
                    .map(Integer::valueOf)
                    .collect(Collectors.toUnmodifiableSet());
            return new ServerUser(
                    lines.get(0),
                    Integer.parseInt(lines.get(1)),
                    Integer.parseInt(lines.get(2)),
                    groups,
                    !name.isEmpty());
        } catch (IOException e) {
            throw Failures.of("cannot ask the system for the user " + name, e);
        }
    }

    /** What comes before a command so that it runs as this user. */
    public List<String> commandPrefix() {
        // one that is a number only has no groups that could be looked up
        String others = groups.isEmpty() ? "--clear-groups" : "--init-groups";
        return switched ? List.of("setpriv", "--reuid=" + uid, "--regid=" + gid, others, "--") : List.of();
    }

    /**
     * What comes before a program of PostgreSQL's that wants to know what its user is called, where the system does not
     * know: a user namespace in which the user is {@code nobody}. Files stay the user's. Else nothing.
     */
    public List<String> namedPrefix() {
        Optional<ServerUser> nobody = isNamed() ? Optional.empty() : ask("nobody");
        return nobody.map(named ->
                        List.of("unshare", "--user", "--map-user=" + named.uid, "--map-group=" + named.gid, "--"))
                .orElse(List.of());
    }

    private boolean isNamed() {
        return switched || !name.equals(Integer.toString(uid));
    }

    /** Explains that a program has failed which was started behind {@link #namedPrefix}, if that is why. */
    public void requireNamed(Subprocess ended) {
        boolean refused = ended.output().contains("unshare: ") || ended.output().contains("user does not exist");
        if (!ended.ok() && !isNamed() && refused) {
            throw new ConfigurationException(
                    "user " + uid + " has no entry in passwd, and without a name PostgreSQL makes no cluster ("
                            + String.join(" ", ended.lastLines(1)) + ")",
                    "give it one (echo zvpg:x:" + uid + ":" + gid
                            + "::/:/bin/sh >> /etc/passwd when the container starts, or libnss_wrapper), or allow user "
                            + "namespaces; clusters that are there already start without");
        }
    }

    /** Gives a file to this user; a link itself, not what it points to. */
    public void own(Path path) throws IOException {
        if (switched) {
            Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
        }
    }

    /** Whether this user owns a file. */
    public boolean owns(Path path) throws IOException {
        return uid == Ownership.of(path, LinkOption.NOFOLLOW_LINKS).uid();
    }
}
