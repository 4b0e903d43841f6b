package dev.zvpg;

import dev.zvpg.error.NotFoundException;
import java.nio.file.Path;

/**
 * The main class of a process that walks over a repository and tells what must be there in the end. Confined to one
 * thread.
 */
final class RepositoryWalker {

    static final String EXPECTED = "expected ";

    private RepositoryWalker() {}

    /**
     * Walks.
     *
     * @param arguments the home directory, the walk's seed, its prefix, the number of steps
     */
    @SuppressWarnings("SystemOut") // the test reads it
    public static void main(String[] arguments) {
        String prefix = arguments[2];
        try (Repository repo = RepositoryWalkTest.zvpg(Path.of(arguments[0])).open()) {
            Branch first = repo.branch(prefix + "first");
            RepositoryWalk walk =
                    new RepositoryWalk(Long.parseLong(arguments[1]), repo, first, prefix, RepositoryWalkTest.FILES);
            int steps = Integer.parseInt(arguments[3]);
            for (int i = 0; i < steps; i++) {
                walk.take(1);
                look(repo);
                if (i % 20 == 0) {
                    walk.check();
                }
            }
            walk.check();
            walk.checkSnapshots();
            walk.expected().forEach(line -> System.out.println(EXPECTED + line));
        }
    }

    /** Reads what is the other one's as well, which may go at any moment; that, and nothing else, may be told. */
    private static void look(Repository repo) {
        repo.status();
        for (Branch branch : repo.branches()) {
            try {
                branch.log();
                branch.info();
                branch.isDirty();
            } catch (NotFoundException e) {
                // deleted, or moved to another volume, between two looks
            }
        }
    }
}
