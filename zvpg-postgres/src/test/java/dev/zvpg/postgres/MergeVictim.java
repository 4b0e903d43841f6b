package dev.zvpg.postgres;

import dev.zvpg.Branch;
import dev.zvpg.Repository;
import dev.zvpg.Zvpg;
import dev.zvpg.merge.Resolver;
import java.nio.file.Files;
import java.nio.file.Path;

/** A JVM that merges one branch into main, until it is killed. */
final class MergeVictim {

    private static final int FIRST_PORT = 24_000;
    private static final int LAST_PORT = 24_499;

    private MergeVictim() {}

    static Zvpg zvpg(Path home) {
        return Zvpg.at(home).postgres(Postgres.onPath()).ports(FIRST_PORT, LAST_PORT);
    }

    static void merge(Branch main, Branch other) {
        main.merge(other, o -> o.resolve("public.counter.n", Resolver.ADD));
    }

    /** Gets the repository's home and the branch's name. */
    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        try (Repository repo = zvpg(home).open()) {
            Files.createFile(home.resolveSibling("ready"));
            merge(repo.branch("main"), repo.branch(arguments[1]));
        }
    }
}
