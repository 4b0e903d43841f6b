package dev.zvpg.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What {@code package} makes, unpacked and run as users do: for root, one unpacks it and another runs it. A run of its own,
 * after that of all other tests.
 */
@EnabledIfSystemProperty(named = "zvpg.tarball", matches = ".+", disabledReason = "not packaged yet")
class TarballTest {

    @RegisterExtension
    final Place place = new Place();

    private Path home = Path.of("/nowhere");
    private Path own = Path.of("/nowhere");
    private List<String> asTheUser = List.of();

    @BeforeEach
    void unpack() throws Exception {
        Path directory = Files.createDirectory(place.path("some where"));
        // whatever the mask, others can read it
        run(
                "sh",
                "-c",
                "umask 077; exec \"$@\"",
                "sh",
                "tar",
                "--extract",
                "--file",
                System.getProperty("zvpg.tarball"),
                "--directory",
                directory.toString());
        home = only(directory);
        own = Files.createDirectory(place.path("own"));
        Files.createSymbolicLink(Files.createDirectory(place.path("path")).resolve("zvpg"), home.resolve("bin/zvpg"));
        if (run("id", "-u").equals("0\n")) {
            String user = run("id", "-u", "nobody").strip();
            String group = run("id", "-g", "nobody").strip();
            run("chown", user + ":" + group, own.toString());
            asTheUser = List.of("setpriv", "--reuid=" + user, "--regid=" + group, "--clear-groups");
        }
    }

    @Test
    void anotherUserVersionsADatabaseWithIt() throws Exception {
        List<Path> unpacked = files();
        place.afterwards(() -> Stream.of("clone stop --name try", "branch stop main")
                .forEach(command -> quietly(() -> zvpg(command.split(" ")))));

        assertThat(zvpg("--version").ended(0).out()).startsWith("zvpg ").doesNotContain("not from a jar");
        assertThat(zvpg("--help").ended(0).out()).contains("Exit codes:");
        zvpg(
                        "init",
                        "--home",
                        own.resolve("repository").toString(),
                        "--clone-port-start",
                        "" + place.firstPort(),
                        "--clone-port-end",
                        "" + (place.firstPort() + 500))
                .ended(0);
        zvpg("snapshot", "create", "v1").ended(0);
        assertThat(zvpg("clone", "create", "v1", "--name", "try").ended(0).out())
                .contains("clone try runs on port ");

        if (!asTheUser.isEmpty()) {
            assertThat(files()).as("who may not write there").isEqualTo(unpacked);
        }
    }

    @Tag("full")
    @Test
    void itsOwnerLeavesAnArchiveFromWhichOthersStartUntilAJarIsAnotherOne() throws Exception {
        run(home.resolve("bin/zvpg").toString(), "--version");
        List<Path> archives = archives();
        assertThat(archives).hasSize(1);
        assertThat(zvpg("--version").ended(0).out()).startsWith("zvpg ");

        Path core;
        try (Stream<Path> jars = Files.list(home.resolve("lib"))) {
            core = jars.filter(jar -> jar.getFileName().toString().startsWith("zvpg-core-"))
                    .findFirst()
                    .orElseThrow();
        }
        var time = Files.getLastModifiedTime(core);
        byte[] other = Files.readAllBytes(core);
        other[10]++; // the time of the first entry: another jar of the same size, and as old
        Files.write(core, other);
        Files.setLastModifiedTime(core, time);
        run(home.resolve("bin/zvpg").toString(), "--version");
        assertThat(archives()).hasSize(1).doesNotContainAnyElementsOf(archives);
    }

    @Test
    void aJavaThatIsMissingOrTooOldIsNamedWithWhatToDo() throws Exception {
        assertThat(withJava("/nowhere").ended(1).err())
                .isEqualTo(
                        "zvpg: JAVA_HOME is /nowhere, which has no bin/java; set it to a Java, 17 or newer, or unset it\n");

        Path old = Files.createDirectory(place.path("java"));
        Path java = Files.writeString(
                Files.createDirectory(old.resolve("bin")).resolve("java"),
                "#!/bin/sh\necho '    java.version = 1.8.0_402' >&2\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        assertThat(withJava(old.toString()).ended(1).err())
                .isEqualTo("zvpg: " + java + " is Java 1.8.0_402, and 17 or newer is needed; set JAVA_HOME to one\n");
        Files.writeString(old.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"16.0.2\"\n");
        assertThat(withJava(old.toString()).ended(1).err()).contains(" is Java 16.0.2, and 17 or newer is needed");

        Path tools = place.path("path");
        for (String tool : List.of("sh", "dirname", "readlink")) {
            Files.createSymbolicLink(
                    tools.resolve(tool),
                    Path.of(run("sh", "-c", "command -v " + tool).strip()));
        }
        List<String> command = new ArrayList<>(asTheUser);
        command.addAll(List.of("env", "--unset=JAVA_HOME", "PATH=" + tools, "zvpg", "--version"));
        String[] noJava = command.toArray(String[]::new);
        assertThat(Script.run(place, "", noJava).ended(1).err())
                .isEqualTo("zvpg: there is no Java; install one, 17 or newer, or set JAVA_HOME\n");
        Files.createSymbolicLink(tools.resolve("java"), Path.of(System.getProperty("java.home"), "bin/java"));
        for (String tool : List.of("cat", "cksum", "mv", "rm", "touch", "tr")) {
            Files.createSymbolicLink(
                    tools.resolve(tool),
                    Path.of(run("sh", "-c", "command -v " + tool).strip()));
        }
        assertThat(Script.run(place, "", noJava).ended(0).out()).startsWith("zvpg ");
    }

    @Test
    void everythingBelongsToRootAndIsReadableAndKnown() throws Exception {
        String listed = run("tar", "--list", "--verbose", "--file", System.getProperty("zvpg.tarball"));
        String name = home.getFileName().toString();
        assertThat(listed.lines())
                .allMatch(line -> line.matches("(-rw-r--r--|-rwxr-xr-x|drwxr-xr-x) root/root .* " + name + "/.*"))
                .anyMatch(line -> line.startsWith("-rwxr-xr-x") && line.endsWith("/bin/zvpg"))
                .anyMatch(line -> line.startsWith("-rwxr-xr-x") && line.endsWith("/bin/zvpg-jshell"));
        assertThat(home.resolve("LICENSE")).hasSameTextualContentAs(Path.of("../LICENSE"));
        assertThat(home.resolve("share/bash-completion/completions/zvpg"))
                .content()
                .contains("complete -F _complete_zvpg");

        String readme = Files.readString(home.resolve("README.md"));
        try (Stream<Path> jars = Files.list(home.resolve("lib"))) {
            assertThat(jars.map(jar -> jar.getFileName().toString().replaceFirst("-\\d.*", ""))
                            .filter(library -> !library.startsWith("zvpg-")))
                    .as("licenses are told of all")
                    .isNotEmpty()
                    .allMatch(library -> readme.matches("(?s).*[ ]" + library + "[ ,].*"));
        }
    }

    /** Runs what the link in a directory of the PATH leads to. */
    private Script zvpg(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(asTheUser);
        command.addAll(List.of(
                "env",
                "PATH=" + place.path("path") + ":" + System.getenv("PATH"),
                "ZVPG_CONFIG=" + own.resolve("config.json"),
                "XDG_CACHE_HOME=" + own.resolve("cache"),
                "zvpg"));
        command.addAll(List.of(arguments));
        return Script.run(place, "", command.toArray(String[]::new));
    }

    private Script withJava(String javaHome) throws IOException, InterruptedException {
        return Script.run(
                place,
                "",
                "env",
                "JAVA_HOME=" + javaHome,
                home.resolve("bin/zvpg").toString(),
                "--version");
    }

    private String run(String... command) throws IOException, InterruptedException {
        return Script.run(place, "", command).ended(0).out();
    }

    private static void quietly(Place.CleanUp cleanUp) {
        try {
            cleanUp.run();
        } catch (Exception e) {
            return; // the place says which processes are left
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            return files.sorted().toList();
        }
    }

    private List<Path> archives() throws IOException {
        return files().stream().filter(file -> file.toString().endsWith(".jsa")).toList();
    }

    private static Path only(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return all.get(0);
        }
    }
}
