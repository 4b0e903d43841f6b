package dev.zvpg.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Settings of servers from the command line, from {@code init} on. */
@Tag("anybody")
class SettingsCommandTest {

    @RegisterExtension
    final Place place = new Place();

    @Test
    void settingsAreChosenAtInitAndChangedLater() {
        place.init("--home", place.path("home").toString(), "--set", "max_connections=33")
                .succeeded();
        assertThat(place.zvpg("branch", "set", "main").succeeded().out()).isEqualTo("max_connections=33\n");

        Ran changed =
                place.zvpg("branch", "set", "main", "wal_level=logical", "work_mem=8MB", "--reset", "max_connections");
        assertThat(changed.succeeded().out()).isEqualTo("""
                wal_level=logical
                work_mem=8MB
                branch main goes on with what it was started with until zvpg branch restart main
                """);

        place.zvpg("snapshot", "create", "v1").succeeded();
        place.zvpg("clone", "create", "v1", "--name", "trial", "--no-start").succeeded();
        assertThat(place.zvpg("clone", "set", "--name", "trial", "work_mem=9MB")
                        .succeeded()
                        .out())
                .isEqualTo("work_mem=9MB\nthis holds from the next start of clone trial on\n");
        place.zvpg("clone", "start", "--name", "trial").succeeded();
        assertThat(place.zvpg("clone", "set", "--name", "trial", "--reset", "work_mem")
                        .succeeded()
                        .out())
                .isEqualTo("clone trial goes on with what it was started with until zvpg clone restart --name trial\n");

        place.zvpg("branch", "set", "main", "wrok_mem=1MB")
                .failed(ExitCode.USAGE)
                .saying("wrok_mem");
        place.zvpg("branch", "set", "main", "port=1").failed(ExitCode.USAGE).saying("setting port cannot be chosen");
        place.zvpg("branch", "set", "main", "work_mem").failed(ExitCode.USAGE).saying("work_mem");
        assertThat(place.zvpg("branch", "set", "main").succeeded().out())
                .isEqualTo("wal_level=logical\nwork_mem=8MB\n");
    }

    @Test
    void initRefusesASettingThatNoServerTakesBeforeItMakesAnything() {
        place.init("--home", place.path("home").toString(), "--set", "wrok_mem=1MB")
                .failed(ExitCode.USAGE)
                .saying("unrecognized configuration parameter \"wrok_mem\"");
        assertThat(place.path("")).isEmptyDirectory();
    }

    @Test
    void aLocaleIsChosenAtInitAndOneThatIsNotThereIsRefusedBeforeAnythingIsMade() {
        String home = place.path("home").toString();
        place.init("--home", home, "--icu-locale", "xx-XX")
                .failed(ExitCode.CONFIGURATION)
                .saying("cannot make a cluster with ICU locale xx-XX: ")
                .saying("such as de-DE");
        place.init("--home", home, "--icu-locale", "de", "--locale", "C")
                .failed(ExitCode.USAGE)
                .saying("only one of");
        place.init("--home", home, "--locale", "C", "--from-directory", "/nowhere")
                .failed(ExitCode.USAGE)
                .saying("of its original");
        assertThat(place.path("")).isEmptyDirectory();
        place.init("--home", home, "--icu-locale", "de-DE", "--no-start").succeeded();
    }
}
