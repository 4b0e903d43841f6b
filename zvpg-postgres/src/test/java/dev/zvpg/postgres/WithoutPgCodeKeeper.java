package dev.zvpg.postgres;

import dev.zvpg.Branch;
import dev.zvpg.Diff;
import dev.zvpg.Repository;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.OpenDirectory;

/** Merges definitions in a JVM that has no pgCodeKeeper, and prints what came of it. */
public final class WithoutPgCodeKeeper {

    private WithoutPgCodeKeeper() {}

    /** Runs it. */
    public static void main(String[] arguments) throws Exception {
        Sandbox sandbox = new Sandbox();
        sandbox.open();
        try (Repository repo = sandbox.zvpg(new Prepared(Postgres.embedded(18))).init()) {
            Branch main = repo.branch("main");
            main.start();
            Sql.execute(main, "CREATE TABLE t (id int PRIMARY KEY, a text)", "INSERT INTO t VALUES (1, 'a')");
            Branch feature = main.snapshot("v1", "").branch("feature");
            feature.start();
            Sql.execute(main, "CREATE TABLE mine (id int)");
            Sql.execute(feature, "UPDATE t SET a = 'theirs'");
            main.merge(feature);
            say("rows: " + Sql.value(main, "SELECT t FROM t"));
            Sql.execute(feature, "ALTER TABLE t RENAME TO renamed", "ALTER TABLE renamed RENAME a TO b");
            StringBuilder script = new StringBuilder();
            try (Diff diff = main.findSnapshot("v1").orElseThrow().diff(feature)) {
                diff.toSql(script);
            }
            main.merge(feature);
            say("names: " + Sql.value(main, "SELECT renamed FROM renamed WHERE b = 'theirs'"));
            say("script of names: "
                    + script.toString()
                            .lines()
                            .filter(line -> line.endsWith(" TO renamed;")
                                    || line.endsWith(" TO \"renamed\";")
                                    || line.endsWith(" TO b;")
                                    || line.endsWith(" TO \"b\";"))
                            .count()
                    + " statements rename");
            Sql.execute(feature, "CREATE TABLE fresh (id int)");
            say("merge: ", () -> main.merge(feature));
            try (Diff diff = main.diff(feature)) {
                say("script: ", () -> diff.toSql(new StringBuilder()));
                say("script again: ", () -> diff.toSql(new StringBuilder()));
                boolean isTold = diff.schema().stream()
                        .anyMatch(change -> change.object().equals("public.fresh"));
                boolean isThere = Sql.value(main, "SELECT to_regclass('fresh') IS NOT NULL")
                        .equals("t");
                say("the table is " + (isThere ? "" : "not ") + "there, and the diff "
                        + (isTold ? "tells it" : "does not"));
            }
            repo.destroy();
        } finally {
            OpenDirectory.deleteTree(sandbox.path(""));
        }
    }

    private interface Verb {
        void run() throws Exception;
    }

    private static void say(String what, Verb verb) throws Exception {
        try {
            verb.run();
            say(what + "done");
        } catch (ZvpgException e) {
            say(what + e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    @SuppressWarnings("SystemOut") // the test reads it
    private static void say(String line) {
        System.out.println("> " + line.replace('\n', ' '));
    }
}
