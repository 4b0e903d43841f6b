package dev.zvpg.examples.cli;

import dev.zvpg.Repository;
import dev.zvpg.Zvpg;
import dev.zvpg.config.Configuration;
import dev.zvpg.error.ZvpgException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Opens what {@code zvpg-jshell} begins with. */
public final class Shell {

    private Shell() {}

    /**
     * Opens the repository that the configuration names, and says so; or says what to do when there is none.
     *
     * @return the open repository, or null
     */
    public static @Nullable Repository open() {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Path file = Configuration.defaultFile();
        if (!Files.exists(file)) {
            out.println("There is no configuration at " + file
                    + ", so repo is null. Leave with /exit and run zvpg init, or");
            out.println("repo = Zvpg.at(Path.of(\"/a/new/directory\")).postgres(Postgres.onPath()).init()");
            return null;
        }
        try {
            Repository repo = Zvpg.from(Configuration.read(file)).open();
            out.println("repo is the " + repo + ". Press TAB after \"repo.\" to see what it can do.");
            return repo;
        } catch (ZvpgException e) {
            out.println("repo is null: " + Failure.text(e));
            return null;
        }
    }
}
