package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.zvpg.Repository;
import dev.zvpg.RunningServer;
import dev.zvpg.ScratchClone;
import dev.zvpg.Snapshot;
import dev.zvpg.Zvpg;
import dev.zvpg.directory.CopyMethod;
import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.postgres.install.CacheLocation;
import dev.zvpg.postgres.os.ServerUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Machines without names, places, memory or namespaces. */
class HardMachineTest {

    private HardMachine machine;

    @BeforeEach
    void make() throws Exception {
        assumeThat(HardMachine.isPossible()).as("user namespaces").isTrue();
        machine = new HardMachine();
    }

    @AfterEach
    void remove() throws IOException {
        if (machine != null) {
            machine.close();
        }
    }

    private static Zvpg zvpg(Path home, String bin) {
        return Zvpg.at(home)
                .storage(DirectoryStorage.at(home.resolveSibling(home.getFileName() + "-storage"), CopyMethod.COPY))
                .postgres(Postgres.in(Path.of(bin)))
                .ports(23_000, 23_999);
    }

    private static void tell(String what, Repository repository) throws Exception {
        Snapshot v1 = repository.branch("main").findSnapshot("v1").orElseThrow();
        try (ScratchClone scratch = v1.scratch()) {
            scratch.dataSource().getConnection().close();
            System.out.println(what + " " + scratch.method());
        }
    }

    private static void refuse(Path home, String bin) {
        try (Repository made = zvpg(home, bin).init()) {
            System.out.println("made " + made.home());
        } catch (ZvpgException e) {
            System.out.println(e.getClass().getSimpleName() + ": " + e.problem() + " -> "
                    + e.advice().orElse(""));
        }
        System.out.println("left " + Files.exists(home));
    }

    /** Makes a repository and works in it. */
    static final class Works {

        private Works() {}

        public static void main(String[] arguments) throws Exception {
            Path directory = Path.of(arguments[0]);
            ServerUser user = ServerUser.of(null);
            System.out.println("user " + user.name() + " of " + System.getProperty("user.name"));
            if (Files.getAttribute(Path.of("/"), "unix:uid").equals(user.uid())) {
                System.out.println("cache "
                        + CacheLocation.choose(
                                user, List.of(directory.resolve("noexec/cache"), directory.resolve("cache")), true));
            }
            // longer than a socket's path may be
            Path home = Files.createDirectories(directory.resolve("a-very-long-name".repeat(6)))
                    .resolve("home");
            try (Repository repository = zvpg(home, arguments[1]).init()) {
                RunningServer main = repository.branch("main").start();
                main.dataSource().getConnection().close();
                repository.branch("main").snapshot("v1", "");
                repository.branch("main").stop();
                tell("scratch", repository);
                repository.destroy();
            }
        }
    }

    @Test
    void userWithoutANameWorksWhereNothingCanBeWrittenToTmpAndTheFirstCacheRunsNoPrograms() throws Exception {
        Path noexec = Files.createDirectory(machine.directory().resolve("noexec"));

        String said =
                machine.run("mount -t tmpfs -o ro none /tmp && mount -t tmpfs -o noexec none " + noexec, Works.class);

        assertThat(said).contains("user 54321 of ?").contains("scratch OVERLAY_");
        if (ServerUser.current().uid() == 0) { // for others, root's directories belong to nobody that is known there
            assertThat(said).contains("cache " + machine.directory().resolve("cache"));
        }
        try (Stream<Path> left = Files.list(machine.directory())) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .noneMatch(name -> name.startsWith("zvpg-") || name.equals("?"));
        }
    }

    /** Works in a repository that is there, and cannot make one. */
    static final class WithoutNamespaces {

        private WithoutNamespaces() {}

        public static void main(String[] arguments) throws Exception {
            Path directory = Path.of(arguments[0]);
            try (Repository repository =
                    zvpg(directory.resolve("home"), arguments[1]).open()) {
                tell("scratch", repository);
            }
            refuse(directory.resolve("new"), arguments[1]);
        }
    }

    /** Makes what the other one works in. */
    static final class Makes {

        private Makes() {}

        public static void main(String[] arguments) {
            try (Repository made =
                    zvpg(Path.of(arguments[0], "home"), arguments[1]).init()) {
                made.branch("main").snapshot("v1", "");
            }
        }
    }

    @Test
    void withoutNamespacesARepositoryIsUsedByCopiesAndAUserWithoutANameIsToldHowToMakeOne() throws Exception {
        assertThat(machine.run("true", Makes.class)).isEmpty();

        String said = machine.run("echo 1 > /proc/sys/user/max_user_namespaces", WithoutNamespaces.class);

        assertThat(said)
                .contains("scratch COPY (cannot make a mount namespace as an ordinary user: unshare: unshare failed")
                .contains(
                        "ConfigurationException: user 54321 has no entry in passwd, and without a name PostgreSQL makes")
                .contains("-> give it one (echo zvpg:x:54321:54321::/:/bin/sh >> /etc/passwd")
                .contains("left false");
    }

    /** Cannot make a repository, nor start the server of one. */
    static final class WithoutSharedMemory {

        private WithoutSharedMemory() {}

        public static void main(String[] arguments) {
            Path directory = Path.of(arguments[0]);
            refuse(directory.resolve("new"), arguments[1]);
            try (Repository repository =
                    zvpg(directory.resolve("home"), arguments[1]).open()) {
                repository.branch("main").start();
                System.out.println("started");
            } catch (ZvpgException e) {
                System.out.println(e.getClass().getSimpleName() + " of the start -> "
                        + e.advice().orElse(""));
            }
        }
    }

    @Test
    void sharedMemoryThatIsTooSmallIsNamedWithHowToGetMore() throws Exception {
        assertThat(machine.run("true", Makes.class)).isEmpty();

        String said = machine.run("mount -t tmpfs -o size=64k none /dev/shm", WithoutSharedMemory.class);

        assertThat(said)
                .contains(
                        "OutOfSpaceException: PostgreSQL has no room in /dev/shm: /dev/shm has 64 kB -> make /dev/shm larger")
                .contains("left false")
                .contains("OutOfSpaceException of the start -> make /dev/shm larger");
    }
}
