package dev.zvpg.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The script {@code bin/zvpg}, run as users run it. */
class BinZvpgTest {

    @RegisterExtension
    final Place place = new Place();

    private Script init() throws Exception {
        return Script.zvpg(
                        place,
                        "init",
                        "--home",
                        place.path("home").toString(),
                        "--clone-port-start",
                        "" + place.firstPort(),
                        "--clone-port-end",
                        "" + (place.firstPort() + 500))
                .ended(0);
    }

    @Test
    void itsExitCodesAndStreamsAreThoseOfTheCommand() throws Exception {
        assertThat(Script.zvpg(place, "--version").ended(0).out())
                .startsWith("zvpg ")
                .doesNotContain("not from a jar");
        assertThat(Script.zvpg(place, "--help").ended(0).out()).contains("Exit codes:", "  6   unsaved work");
        assertThat(Script.zvpg(place, "clon").ended(2).err())
                .startsWith("zvpg: ")
                .hasLineCount(1);
        assertThat(Script.zvpg(place, "status").ended(3).err())
                .isEqualTo("zvpg: no configuration at " + place.configuration()
                        + "; make a repository with zvpg init, or name another file with --config\n");

        String printed = init().out();
        assertThat(Script.zvpg(place, "branch", "list", "--json").ended(0).out())
                .contains("\"state\" : \"running\"");
        String psql = printed.substring(printed.indexOf("psql \"")).strip();
        Script answer = Script.run(
                place, "", "sh", "-c", "command -v psql >/dev/null || exit 99; " + psql + " -Atc 'SELECT 6 * 7'");
        assumeThat(answer.exitCode()).as("psql is installed").isNotEqualTo(99);
        assertThat(answer.ended(0).out()).isEqualTo("42\n");
    }

    @Tag("full")
    @Test
    void onATerminalItAsksBeforeWorkIsLost() throws Exception {
        assumeThat(Script.run(place, "", "sh", "-c", "command -v script").exitCode())
                .as("script(1) is installed")
                .isZero();
        init();
        Script.zvpg(place, "snapshot", "create", "v1").ended(0);
        Script.zvpg(place, "branch", "create", "feature", "--no-start").ended(0);
        Script.zvpg(place, "branch", "snapshot", "feature", "f1").ended(0);

        assertThat(Script.zvpg(place, "branch", "delete", "feature").ended(6).err())
                .isEqualTo("zvpg: cannot delete branch feature: nothing else descends from feature@f1; "
                        + "merge it (zvpg branch merge feature), or repeat this with --force\n");
        assertThat(onATerminal("n\n").ended(6).out()).contains("Go on? [y/N] ").contains("nothing was changed");
        assertThat(onATerminal("y\n").ended(0).out()).contains("Go on? [y/N] ").contains("deleted branch feature");
        assertThat(Script.zvpg(place, "branch", "list", "--json").ended(0).out())
                .doesNotContain("feature");
    }

    /** In a pseudo terminal. */
    private Script onATerminal(String answer) throws Exception {
        return Script.run(
                place,
                answer,
                "script",
                "--quiet",
                "--return",
                "--command",
                Script.BIN.resolve("zvpg") + " branch delete feature",
                "/dev/null");
    }

    @Test
    void theCompletionIsAScriptThatBashUnderstands() throws Exception {
        Script completion = Script.zvpg(place, "generate-completion").ended(0);
        Path file = Files.writeString(place.path("completion"), completion.out());
        Script bash = Script.run(
                place,
                "",
                "bash",
                "-c",
                ". " + file + "; complete -p zvpg; COMP_WORDS=(zvpg clone cr); COMP_CWORD=2; "
                        + "_complete_zvpg; echo \"${COMPREPLY[@]}\"");
        assertThat(bash.ended(0).out()).contains("_complete_zvpg").endsWith("create\n");
    }

    @Test
    void whatIsNotBuiltIsSaidToBeSo() throws Exception {
        copyScripts();
        Script zvpg = Script.run(place, "", place.path("copy/bin/zvpg").toString(), "status");
        assertThat(zvpg.ended(1).err())
                .isEqualTo("zvpg: not built yet; run ./mvnw -q package -DskipTests in " + place.path("") + " first\n");
    }

    @Tag("full")
    @Test
    void itStartsFromAnArchiveOfLoadedClassesAndDoesWithoutOne() throws Exception {
        copyScripts();
        Path target = Files.createDirectory(place.path("copy/target"));
        Path jar = jar();
        Files.copy(jar, target.resolve(jar.getFileName().toString()));
        Files.copy(Path.of("target/class-path"), target.resolve("class-path"));
        boolean onlyJars = Stream.of(
                        Files.readString(Path.of("target/class-path")).split(File.pathSeparator))
                .allMatch(entry -> Files.isRegularFile(Path.of(entry)));

        assertThat(copy("--version").ended(0).out()).startsWith("zvpg ");
        List<Path> archives = archives(target);
        assertThat(archives).as("an archive is possible for jars only").hasSize(onlyJars ? 1 : 0);
        if (onlyJars) {
            assertThat(copy("status").ended(3).err())
                    .startsWith("zvpg: no configuration")
                    .hasLineCount(1);
            assertThat(archives(target)).isEqualTo(archives);
            Files.delete(archives.get(0));
            Files.writeString(archives.get(0), "no archive");
            assertThat(copy("status").ended(3).err())
                    .startsWith("zvpg: no configuration")
                    .hasLineCount(1);
        }
    }

    private void copyScripts() throws IOException {
        Path bin = Files.createDirectories(place.path("copy/bin"));
        for (String name : List.of("zvpg", "launch.sh")) {
            Files.copy(Script.BIN.resolve(name), bin.resolve(name), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    private Script copy(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = place.path("copy/bin/zvpg").toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return Script.run(place, "", command);
    }

    private static List<Path> archives(Path target) throws IOException {
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> file.toString().endsWith(".jsa")).toList();
        }
    }

    private static Path jar() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            return files.filter(
                            file -> file.getFileName().toString().matches("zvpg-examples-[\\d.]+(-SNAPSHOT)?\\.jar"))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
        }
    }
}
