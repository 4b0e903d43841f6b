package dev.zvpg.postgres;

import java.nio.file.Path;

/** A JVM that is killed while it starts a branch. */
final class StartVictim {

    private StartVictim() {}

    /** Gets the repository's home, the directory of PostgreSQL's programs, and the first port. */
    public static void main(String[] arguments) throws Exception {
        CutOffLaunchTest.zvpg(Path.of(arguments[0]), Postgres.in(Path.of(arguments[1])), Integer.parseInt(arguments[2]))
                .open()
                .branch("main")
                .start();
        Thread.sleep(Long.MAX_VALUE);
    }
}
