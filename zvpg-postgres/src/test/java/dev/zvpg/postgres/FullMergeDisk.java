package dev.zvpg.postgres;

import dev.zvpg.Branch;
import dev.zvpg.Repository;
import dev.zvpg.Zvpg;
import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.directory.SmallDisk;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.merge.Resolution;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Merges definitions and rows on a disk that fills up while the merge is tried, and then while it is made. Runs in a JVM of
 * its own.
 */
public final class FullMergeDisk {

    private static final String ROWS = "SELECT string_agg(t::text, ' ' ORDER BY id) FROM t";

    private FullMergeDisk() {}

    /**
     * Runs it.
     *
     * @param arguments the disk's mount point
     */
    public static void main(String[] arguments) throws Exception {
        Path disk = Path.of(arguments[0]);
        Path ballast = disk.resolve("ballast");
        int port = Sandbox.freePort();
        Zvpg zvpg = Zvpg.at(disk.resolve("home"))
                .storage(DirectoryStorage.at(disk.resolve("storage")))
                .postgres(new Prepared(Postgres.embedded(18)))
                .ports(port, port + 20);
        try (Repository repo = zvpg.init()) {
            Branch main = repo.branch("main");
            main.start();
            Sql.execute(main, "CREATE TABLE t (id int PRIMARY KEY, a text)", "INSERT INTO t VALUES (1, 'a'), (2, 'a')");
            Branch feature = main.snapshot("v1", "").branch("feature");
            feature.start();
            Sql.execute(main, "UPDATE t SET a = 'ours'");
            Sql.execute(
                    feature,
                    "UPDATE t SET a = 'theirs' WHERE id = 1",
                    "ALTER TABLE t ADD COLUMN b int NOT NULL DEFAULT 7",
                    "CREATE TABLE fresh AS SELECT repeat('x', 1000) AS x FROM generate_series(1, 20000)");
            feature.commit("");
            feature.stop();
            main.commit("");

            merge(main, feature, ballast, 1);
            say("trial: " + (isMerged(main) ? "all" : "nothing"));
            merge(main, feature, ballast, 2);
            boolean isMerged = isMerged(main);
            boolean isWhole = isMerged
                    == Sql.value(main, "SELECT to_regclass('fresh') IS NOT NULL")
                            .equals("t");
            say("merge: " + (isWhole ? "all or nothing" : "some of it"));
            merge(main, feature, ballast, 0);
            say("in the end: " + Sql.value(main, ROWS));
            repo.destroy();
        }
    }

    /** Fills the disk when a conflict is resolved for the first time, in the trial, or for the second one, in the branch. */
    private static void merge(Branch main, Branch feature, Path ballast, int when) throws IOException {
        AtomicInteger asked = new AtomicInteger();
        try {
            main.merge(
                    feature,
                    options -> options.resolve("public.t.a", conflict -> {
                        if (asked.incrementAndGet() == when) {
                            fill(ballast);
                        }
                        return Resolution.THEIRS;
                    }));
        } catch (ZvpgException e) {
            tell(e);
        } finally {
            Files.deleteIfExists(ballast);
        }
        main.start();
    }

    private static void fill(Path ballast) {
        try {
            SmallDisk.fill(ballast);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isMerged(Branch main) throws Exception {
        return Sql.value(main, ROWS).contains("theirs");
    }

    @SuppressWarnings("SystemOut") // for whoever reads why the test failed
    private static void tell(Exception e) {
        System.out.println(e);
    }

    @SuppressWarnings("SystemOut") // the test reads it
    private static void say(String line) {
        System.out.println("> " + line);
    }
}
