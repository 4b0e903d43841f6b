package dev.zvpg.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The script {@code bin/zvpg-jshell}, driven as a user types. */
@Tag("anybody")
class ZvpgJShellTest {

    @RegisterExtension
    final Place place = new Place();

    /** What JShell prints, without its prompts. */
    private String jshell(String... lines) throws Exception {
        Script jshell = Script.run(
                place,
                String.join("\n", lines) + "\n/exit\n",
                Script.BIN.resolve("zvpg-jshell").toString(),
                "--config",
                place.configuration().toString(),
                // its own preferences, so that nobody's are changed
                "-J-Djava.util.prefs.userRoot=" + Files.createDirectories(place.path("preferences")));
        return jshell.ended(0).out().replaceAll("jshell> *\\x08?", "").replace("\r", "");
    }

    @Test
    void aNounIsPrintedAndDoesWhatItSays() throws Exception {
        place.init("--home", place.path("home").toString(), "--no-start").succeeded();

        String printed = jshell(
                "repo",
                "Branch main = repo.branch(\"main\")",
                "main.start()",
                "Snapshot v1 = main.snapshot(\"v1\", \"Initial schema\")",
                "Clone trial = v1.clone(\"try-index\", o -> o.setting(\"work_mem\", \"7MB\"))",
                "trial.start()",
                "trial.jdbcUrl()",
                "String workMem() throws SQLException { try (var c = trial.dataSource().getConnection(); "
                        + "var r = c.createStatement().executeQuery(\"SHOW work_mem\")) { r.next(); return r.getString(1); } }",
                "workMem()",
                "trial.state()",
                "repo.clones()",
                "repo.graph()",
                "trial.delete()",
                "repo.clones()",
                "repo.branch(\"nope\")");

        assertThat(printed)
                .contains("repo is the repository " + place.path("home") + ".")
                // JShell echoes what was typed before it asked for it, so a line may begin with that
                .contains("repo ==> repository " + place.path("home") + "\n")
                .contains("main ==> branch main\n")
                .contains("==> server on port " + place.firstPort() + ", process ")
                .contains("v1 ==> snapshot main@v1\n")
                .contains("trial ==> clone try-index\n")
                .containsPattern("==> \"jdbc:postgresql://127.0.0.1:\\d+/postgres\\?requireAuth=scram-sha-256\"\n")
                .contains("==> \"7MB\"\n")
                .contains("==> RUNNING\n")
                .contains("==> [clone try-index]\n")
                .containsPattern("==> \\* main@v1 \\(.*\\) Initial schema\n")
                .contains("==> []\n")
                .contains("no branch is named nope; the branches are main");
    }

    @Test
    void withoutARepositoryItSaysWhatToDo() throws Exception {
        assertThat(jshell("repo"))
                .contains("There is no configuration at " + place.configuration() + ", so repo is null.")
                .contains("zvpg init")
                .contains("repo ==> null");
        Files.writeString(place.configuration(), "{\"home\": \"" + place.path("nowhere") + "\"}");
        assertThat(jshell("repo")).contains("repo is null: no repository at " + place.path("nowhere"));
    }
}
