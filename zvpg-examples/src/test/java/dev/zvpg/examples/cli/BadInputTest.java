package dev.zvpg.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said when something is wrong before a repository is opened, and what is not possible in one. */
@Tag("anybody")
class BadInputTest {

    @RegisterExtension
    final Place place = new Place();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                clon list                                  | did you mean clone
                clone lst                                  | did you mean
                status --jsn                               | Unknown option: '--jsn'
                snapshot                                   | Missing required subcommand
                snapshot create                            | Missing required parameter: 'NAME'
                commit                                     | Missing required option: '--message=MESSAGE'
                clone create v1                            | Missing required option: '--name=NAME'
                clone create v1 --name n --port many       | 'many' is not
                clone create v1 --name n --ttl soon        | such as 90m
                clone start                                | --name=NAME | --port=PORT
                clone start --name n --port 6000           | mutually exclusive
                branch create n --parent main --from v1    | mutually exclusive
                branch merge f --ours --theirs             | mutually exclusive
                branch merge f --resolve public.t=mine     | such as public.stock.quantity=add
                graph --format png                         | [TEXT, MERMAID, SVG]
                init --storage zfs                         | --zfs-pool
                init --storage directory --zfs-pool tank   | --zfs-pool is for storage zfs
                init --clone-port-start 80                 | 1024
                init --log-level loud                      | loud
                """)
    void whatIsNoCommandIsRefusedWithAHint(String line, String hint) {
        place.zvpg(line.strip().split(" ")).failed(ExitCode.USAGE).saying(hint.strip());
        assertThat(place.path("")).isEmptyDirectory();
    }

    @Test
    void withoutAConfigurationEveryCommandSaysHowToMakeOne() {
        place.zvpg("status")
                .failed(ExitCode.NOT_FOUND)
                .saying("no configuration at " + place.configuration())
                .saying("zvpg init");
    }

    @Test
    void withoutARepositoryEveryCommandSaysHowToMakeOne() throws IOException {
        Files.writeString(place.configuration(), "{\"home\": \"" + place.path("home") + "\"}");
        place.zvpg("status").failed(ExitCode.NOT_FOUND).saying("make one with zvpg init");
        assertThat(place.path("home")).doesNotExist();
    }

    @Test
    void aConfigurationThatCannotBeUsedIsSaidToBeSo() throws IOException {
        Files.writeString(place.configuration(), "{\"zfsPol\": \"tank\"}");
        place.zvpg("status")
                .failed(ExitCode.CONFIGURATION)
                .saying(place.configuration() + ": key zfsPol: is not known; allowed are home, storage, zfsPool,");
        Files.writeString(place.configuration(), "{\"storage\": \"btrfs\"}");
        place.zvpg("init").failed(ExitCode.CONFIGURATION).saying("allowed is one of directory, zfs");
        Files.writeString(place.configuration(), "home = x");
        place.zvpg("status").failed(ExitCode.CONFIGURATION).saying("it is not JSON");
        Files.delete(place.configuration());
    }

    @Test
    void aDirectoryWithoutPostgresIsRefused() {
        place.init("--home", place.path("home").toString(), "--postgres-bin", "/usr/share")
                .failed(ExitCode.CONFIGURATION)
                .saying("/usr/share");
        assertThat(place.path("")).isEmptyDirectory();
    }

    @Test
    void namesAndPortsThatCannotBeAreRefusedAndNothingChanges() {
        place.init("--home", place.path("home").toString(), "--max-clones", "1").succeeded();
        place.zvpg("snapshot", "create", "v1").succeeded();

        place.zvpg("branch", "create", "a..b").failed(ExitCode.USAGE).saying("it contains '..'");
        place.zvpg("branch", "create", "main").failed(ExitCode.CONFLICT).saying("a branch of that name exists");
        place.zvpg("branch", "create", "b", "--parent", "nowhere").failed(ExitCode.NOT_FOUND);
        place.zvpg("branch", "create", "b", "--from", "v2")
                .failed(ExitCode.NOT_FOUND)
                .saying("main@v1");
        place.zvpg("branch", "delete", "main").failed(ExitCode.CONFLICT).saying("it is the only one");
        place.zvpg("branch", "merge", "main").failed(ExitCode.USAGE).saying("with itself");
        place.zvpg("clone", "create", "v1", "--name", "c", "--port", "80")
                .failed(ExitCode.CONFIGURATION)
                .saying("outside the repository's range");
        place.zvpg("clone", "create", "v1", "--name", "c", "--port", "" + place.firstPort())
                .failed(ExitCode.CONFLICT)
                .saying("" + place.firstPort());
        place.zvpg("clone", "create", "v1", "--name", "c", "--set", "port=7").failed(ExitCode.USAGE);
        place.zvpg("clone", "stop", "--port", "" + place.firstPort()).failed(ExitCode.NOT_FOUND);
        place.zvpg("clone", "stop", "--name", "c").failed(ExitCode.NOT_FOUND).saying("there are no clones");
        assertThat(place.zvpg("clone", "list", "--json").json()).isEmpty();

        place.zvpg("clone", "create", "v1", "--name", "c", "--no-start").succeeded();
        place.zvpg("clone", "create", "v1", "--name", "c").failed(ExitCode.CONFLICT);
        place.zvpg("clone", "create", "v1", "--name", "d")
                .failed(ExitCode.CONFLICT)
                .saying("limit");
        assertThat(place.zvpg("branch", "list", "--json").json()).hasSize(1);
    }

    @Test
    void aStackTraceIsShownOnDemandOnly() {
        assertThat(place.zvpg("status").err()).doesNotContain("\tat ");
        assertThat(place.zvpg("status", "--debug").err())
                .startsWith("dev.zvpg.error.NotFoundException: no configuration")
                .contains("\tat dev.zvpg.examples.cli.");
    }
}
