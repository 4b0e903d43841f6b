package dev.zvpg.examples;

import dev.zvpg.Branch;
import dev.zvpg.Clone;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.WorkingCopy;
import dev.zvpg.Zvpg;
import dev.zvpg.error.PermissionException;
import dev.zvpg.merge.MergeReport;
import dev.zvpg.postgres.Postgres;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/**
 * The first thing to run: versions a small shop's database, shows what that is good for, and how long each step took.
 *
 * <p>Usage: {@code QuickStart [DIRECTORY]}; the repository is made in a new directory below it, {@code target} by
 * default.
 */
public final class QuickStart {

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final Table times = new Table();

    private QuickStart() {}

    /**
     * Runs it.
     *
     * @param args where to make the repository's directory
     * @throws Exception when a step fails
     */
    public static void main(String[] args) throws Exception {
        new QuickStart().run(Path.of(args.length > 0 ? args[0] : "target").toAbsolutePath());
    }

    private void run(Path parent) throws Exception {
        Postgres postgres = Postgres.embedded();
        out.println();
        out.println("ZVPG quick start, with PostgreSQL " + postgres.version());
        try (Repository repo = timed("init: a new cluster", () -> init(postgres, parent))) {
            out.println("  repository  " + repo.home());
            out.println("  storage     " + repo.status().storage());
            out.println("  binaries    " + postgres.binDirectory());
            out.println();
            try {
                play(repo);
            } finally {
                repo.clones().forEach(WorkingCopy::stop);
                repo.branches().forEach(WorkingCopy::stop);
            }
            out.println("How long each step took:");
            out.println();
            out.println(times);
            goOn(repo);
        }
    }

    /** Makes it below the given directory where that can be, else where the server's user gets to. */
    private Repository init(Postgres postgres, Path parent) throws IOException {
        Files.createDirectories(parent);
        Path home = Files.createTempDirectory(parent, "quickstart-", reachable());
        try {
            return Zvpg.at(home).postgres(postgres).init();
        } catch (PermissionException e) {
            Files.deleteIfExists(home);
            Path elsewhere = Files.createTempDirectory(Path.of("/var/tmp"), "zvpg-quickstart-", reachable());
            out.println("  (the server's user cannot get to " + parent + ", so the data is in " + elsewhere + ")");
            return Zvpg.at(elsewhere).postgres(postgres).init();
        }
    }

    private static java.nio.file.attribute.FileAttribute<?> reachable() {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void play(Repository repo) throws Exception {
        Branch main = repo.branch("main");
        timed("start main", main::start);
        timed(String.format(Locale.ROOT, "create the shop, %,d orders", Shop.ORDERS), () -> {
            Shop.create(main.dataSource());
            return true;
        });
        Snapshot v1 = timed("snapshot main@v1 of the running server", () -> main.snapshot("v1", "the shop opens"));
        Branch feature = timed("branch feature/new-api from it", () -> v1.branch("feature/new-api"));
        timed("start feature/new-api", feature::start);
        timed("add a column there", () -> {
            Shop.execute(feature.dataSource(), "ALTER TABLE orders ADD COLUMN discount int NOT NULL DEFAULT 0");
            return true;
        });
        Clone clone = timed("clone try-delete from main@v1", () -> v1.clone("try-delete"));
        timed("start try-delete", clone::start);
        timed("DELETE FROM orders, without WHERE, there", () -> {
            Shop.execute(clone.dataSource(), "DELETE FROM orders");
            return true;
        });

        out.println("The same shop, three times:");
        out.println();
        out.println(sideBySide(List.of(main, feature, clone)));
        out.println("What the repository holds:");
        out.println();
        out.println(new Tree(repo.status()));

        timed("stop and delete the clone", () -> {
            clone.delete();
            return true;
        });
        merge(main, v1);
        timed("stop both servers", () -> {
            feature.stop();
            main.stop();
            return true;
        });
    }

    /** Both have moved since they parted, and nothing was committed: what is new in the one comes to the other. */
    private void merge(Branch main, Snapshot v1) throws Exception {
        Branch hotfix = timed("branch hotfix from main@v1", () -> v1.branch("hotfix"));
        timed("start hotfix", hotfix::start);
        timed("200 prices are corrected there", () -> {
            Shop.execute(hotfix.dataSource(), "UPDATE orders SET cents = cents + 100 WHERE id % 1000 = 0");
            return true;
        });
        timed("meanwhile, a new order on main", () -> {
            Shop.execute(main.dataSource(), "INSERT INTO orders VALUES (200001, 1, '2026-12-24', 4200)");
            return true;
        });
        MergeReport merged =
                timed("merge hotfix into main", () -> main.merge(hotfix)).report();
        out.println("Both have moved, so hotfix is merged into main, row by row:");
        out.println();
        Table changes = new Table();
        merged.tables()
                .forEach(table -> changes.row(
                        table.name(), "+" + table.inserted(), "~" + table.updated(), "-" + table.deleted()));
        out.println(changes);
        out.println(sideBySide(List.of(main, hotfix)));
        timed("delete hotfix", () -> {
            hotfix.discard();
            return true;
        });
    }

    private static Table sideBySide(List<WorkingCopy> copies) throws SQLException {
        Object[] names = new Object[copies.size() + 1];
        Object[] orders = names.clone();
        Object[] revenue = names.clone();
        Object[] discount = names.clone();
        names[0] = "";
        orders[0] = "orders";
        revenue[0] = "revenue";
        discount[0] = "column discount";
        for (int i = 0; i < copies.size(); i++) {
            Shop.Contents contents = Shop.contents(copies.get(i).dataSource());
            names[i + 1] = copies.get(i);
            orders[i + 1] = String.format(Locale.ROOT, "%,d", contents.orders());
            revenue[i + 1] = String.format(Locale.ROOT, "%,.2f", contents.cents() / 100.0);
            discount[i + 1] = contents.columns().contains("discount") ? "yes" : "no";
        }
        return new Table().row(names).row(orders).row(revenue).row(discount);
    }

    private void goOn(Repository repo) {
        out.println("The clone is gone; main and feature/new-api are stopped and stay. Go on from Java:");
        out.println();
        out.println("    Repository repo = Zvpg.at(Path.of(\"" + repo.home() + "\"))");
        out.println("            .postgres(Postgres.embedded()).open();");
        out.println("    Branch feature = repo.branch(\"feature/new-api\");");
        out.println("    feature.start();   // then feature.jdbcUrl(), feature.credentials(), feature.dataSource()");
        out.println();
        out.println("or forget it all: rm -rf " + repo.home());
        out.println();
    }

    private <T> T timed(String what, Callable<T> step) throws Exception {
        long began = System.nanoTime();
        T result = step.call();
        times.row(what, String.format(Locale.ROOT, "%,.0f ms", (System.nanoTime() - began) / 1e6));
        return result;
    }
}
