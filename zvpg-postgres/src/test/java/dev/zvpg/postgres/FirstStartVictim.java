package dev.zvpg.postgres;

import dev.zvpg.Clone;
import dev.zvpg.Repository;
import dev.zvpg.Zvpg;
import java.nio.file.Files;
import java.nio.file.Path;

/** A JVM that is killed while it starts a clone for the first time. */
final class FirstStartVictim {

    private FirstStartVictim() {}

    /** Gets the repository's home, the name of the clone to make, and the file to make when it begins to start it. */
    public static void main(String[] arguments) throws Exception {
        Repository repository = Zvpg.at(Path.of(arguments[0]))
                .postgres(Postgres.embedded())
                .ports(22_000, 22_999)
                .open();
        Clone clone = repository.snapshot("v1").clone(arguments[1]);
        Files.createFile(Path.of(arguments[2]));
        clone.start();
        Thread.sleep(Long.MAX_VALUE);
    }
}
