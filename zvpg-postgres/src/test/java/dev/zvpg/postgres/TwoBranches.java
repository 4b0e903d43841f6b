package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.zvpg.Branch;
import dev.zvpg.Diff;
import dev.zvpg.Repository;
import dev.zvpg.error.MergeConflictException;
import dev.zvpg.merge.Conflict;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A repository with two branches that part, and what tests of merges say to them. */
abstract class TwoBranches {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private Prepared launcher = new Prepared(Postgres.embedded(18));
    private Repository repo;

    /** Ours; it runs. */
    Branch main;

    /** Theirs. */
    Branch feature;

    @BeforeEach
    void makeRepository() {
        repo = made();
        main = repo.branch("main");
        feature = main;
    }

    /** Begins anew on another version. */
    void makeRepository(Postgres postgres) {
        repo.destroy();
        launcher = new Prepared(postgres);
        makeRepository();
    }

    private Repository made() {
        Repository made = sandbox.zvpg(launcher).init();
        made.branch("main").start();
        return made;
    }

    @AfterEach
    void destroyRepository() {
        repo.destroy();
    }

    /** What both were when they parted. */
    void both(String... statements) throws SQLException {
        Sql.execute(main, statements);
        main.snapshot("v1", "");
        feature = main.branch("feature");
        feature.start();
    }

    /** What ours does, which goes on. */
    void ours(String... statements) throws SQLException {
        Sql.execute(main, statements);
    }

    /** What theirs does, which is stopped then. */
    void theirs(String... statements) throws SQLException {
        Sql.execute(feature, statements);
        feature.stop();
    }

    /** How many servers were started until now. */
    int starts() {
        return launcher.starts().get();
    }

    /** What keeps it from being merged. */
    List<Conflict> conflicts() {
        return catchThrowableOfType(MergeConflictException.class, () -> main.merge(feature))
                .conflicts();
    }

    /** What ours has. */
    String rows(String query) throws SQLException {
        return Sql.value(
                main,
                "SELECT coalesce(string_agg(a_row::text, ' ' ORDER BY a_row::text COLLATE \"C\"), '') FROM (" + query
                        + ") a_row");
    }

    /** What is different between what was merged and theirs. */
    List<String> differences() {
        try (Diff diff = feature.diff(main)) {
            return diff.schema().stream()
                    .map(change -> change.getClass().getSimpleName() + " " + change.kind() + " " + change.object())
                    .toList();
        }
    }
}
