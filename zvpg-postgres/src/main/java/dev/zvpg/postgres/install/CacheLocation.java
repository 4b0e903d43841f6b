package dev.zvpg.postgres.install;

import dev.zvpg.error.PermissionException;
import dev.zvpg.internal.io.SystemUser;
import dev.zvpg.postgres.os.Ownership;
import dev.zvpg.postgres.os.Reachability;
import dev.zvpg.postgres.os.ServerUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a cache goes, such as that of unpacked binaries: {@code $XDG_CACHE_HOME/zvpg/postgres},
 * {@code ~/.cache/zvpg/postgres}, and where that cannot be, because there is no home or because the server's user may
 * not enter root's, {@code /var/cache/zvpg/postgres} or a directory under the system's one for temporary files.
 *
 * <p>Whoever can write there can run programs as us. So a place counts only when nobody else can write to it or to a
 * directory above it, other than those who may do anything anyway.
 */
public final class CacheLocation {

    private static final int WRITABLE_BY_OTHERS = 0022;
    private static final int WRITABLE_BY_ALL = 0002;
    private static final int STICKY = 01000;

    private CacheLocation() {}

    /** The first place that can be used by the JVM and by the server's user; made when absent. */
    public static Path choose(ServerUser user, String name) {
        return choose(user, candidates(name), false);
    }

    /** The same for programs, which not every file system runs. */
    public static Path chooseForPrograms(ServerUser user, String name) {
        return choose(user, candidates(name), true);
    }

    /** The first of them that can be used. */
    public static Path choose(ServerUser user, List<Path> candidates, boolean programs) {
        List<String> problems = new ArrayList<>();
        for (Path candidate : candidates) {
            String problem = problem(user, candidate);
            if (problem == null && programs && !runsPrograms(candidate)) {
                problem = "no program is run there (it is mounted noexec)";
            }
            if (problem == null) {
                return candidate;
            }
            problems.add(candidate + ": " + problem);
        }
        throw new PermissionException(
                "no place for a cache: " + String.join("; ", problems),
                "set XDG_CACHE_HOME to a directory " + (programs ? "where programs run, " : "") + "that only "
                        + ServerUser.current().name() + " can write to"
                        + (user.switched() ? " and that " + user.name() + " can enter" : ""));
    }

    /** The system refuses the right to execute a file where the file system is mounted so, root too. */
    private static boolean runsPrograms(Path directory) {
        try {
            Path program = Files.createTempFile(
                    directory,
                    ".noexec",
                    "",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            try {
                return Files.isExecutable(program);
            } finally {
                Files.delete(program);
            }
        } catch (IOException e) {
            return true; // whoever unpacks says what is wrong
        }
    }

    private static List<Path> candidates(String name) {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path home = SystemUser.homeOrNull();
        List<Path> result = new ArrayList<>();
        if (xdg != null && xdg.startsWith("/")) {
            result.add(Path.of(xdg, "zvpg", name));
        }
        if (home != null) {
            result.add(home.resolve(Path.of(".cache", "zvpg", name)));
        }
        ServerUser jvm = ServerUser.current();
        if (jvm.uid() == 0) {
            result.add(Path.of("/var/cache/zvpg", name));
        }
        result.add(Path.of(System.getProperty("java.io.tmpdir"), "zvpg-cache-" + jvm.uid(), name));
        return result;
    }

    private static @Nullable String problem(ServerUser user, Path directory) {
        try {
            Path existing = directory;
            while (!Files.exists(existing, LinkOption.NOFOLLOW_LINKS) && existing.getParent() != null) {
                existing = existing.getParent();
            }
            if (!Reachability.reaches(user, existing.resolve("x"))) {
                return user.name() + " may not enter it";
            }
            String problem = distrust(existing);
            if (problem == null && existing != directory) {
                // others may read what everybody can download; only root's cache has to be read by another user
                String mode = user.switched() ? "rwxr-xr-x" : "rwx------";
                Files.createDirectories(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
                if (user.switched()) {
                    // the umask may have taken away what the server's user needs
                    for (Path p = directory; p != null && !p.equals(existing); p = p.getParent()) {
                        Files.setPosixFilePermissions(p, PosixFilePermissions.fromString(mode));
                    }
                }
                problem = distrust(directory);
            }
            return problem == null && !Files.isWritable(directory) ? "not writable" : problem;
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static @Nullable String distrust(Path directory) throws IOException {
        int jvm = ServerUser.current().uid();
        for (Path p = directory.toRealPath(); p != null; p = p.getParent()) {
            Ownership owner = Ownership.of(p);
            if (owner.uid() != 0 && owner.uid() != jvm) {
                return p + " belongs to another user";
            }
            // in a sticky directory such as /tmp others can add, but not replace what is ours
            boolean sticky = owner.allows(STICKY) && !p.equals(directory);
            if (owner.allows(WRITABLE_BY_OTHERS) && !sticky && !onlyOurGroup(owner)) {
                return p + " can be written to by others";
            }
        }
        return null;
    }

    /** Many systems give each user a group of his own and a umask of 002. */
    private static boolean onlyOurGroup(Ownership owner) {
        ServerUser jvm = ServerUser.current();
        return !owner.allows(WRITABLE_BY_ALL) && owner.gid() == jvm.gid() && owner.uid() == jvm.uid();
    }
}
