package dev.zvpg.internal.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.error.AlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeTest {

    @TempDir
    Path directory;

    @Test
    void aRepositoryThatSomebodyBeginsToMakeMeanwhileIsNothingElse() throws Exception {
        for (int round = 0; round < 300; round++) {
            Home home = new Home(Files.createDirectory(directory.resolve("home-" + round)));
            Thread somebody = new Thread(() -> home.writeMarker(null, Home.State.INITIALIZING));
            somebody.start();
            assertThatCode(() -> {
                        while (!home.exists()) {
                            home.requireUnused();
                        }
                        home.requireUnused();
                    })
                    .doesNotThrowAnyException();
            somebody.join();
        }
    }

    @Test
    void aDirectoryThatHoldsSomethingElseIsRefused() throws Exception {
        Files.createFile(directory.resolve("holiday.jpg"));
        assertThatThrownBy(() -> new Home(directory).requireUnused())
                .isInstanceOfSatisfying(AlreadyExistsException.class, e -> {
                    assertThat(e.problem()).endsWith("(holiday.jpg is there)");
                    assertThat(e.advice()).contains("choose a directory that is empty or absent");
                });
    }
}
