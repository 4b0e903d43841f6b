package dev.zvpg.examples.orders;

import dev.zvpg.ScratchClone;
import dev.zvpg.postgres.Postgres;
import dev.zvpg.postgres.prepared.PreparedSnapshots;
import java.net.URI;

/**
 * Shows the orders to somebody who wants to try them: each time on a database as it was prepared the first time, which
 * is gone afterwards. Confined to one thread.
 */
public final class OrdersDemo {

    private static final String KEY = "orders-demo-1";

    /** What is done with the running application. */
    @FunctionalInterface
    interface Visit {

        void to(URI orders) throws Exception;
    }

    private OrdersDemo() {}

    /**
     * Runs it until somebody presses Enter.
     *
     * @param args none
     * @throws Exception when it does not start
     */
    public static void main(String[] args) throws Exception {
        run(orders -> {
            System.out.println(
                    "try curl -X POST " + orders + "orders/Ada/995, and press Enter when you have seen enough");
            System.in.read();
        });
    }

    static void run(Visit visit) throws Exception {
        try (PreparedSnapshots prepared = PreparedSnapshots.open(Postgres.embedded());
                ScratchClone database = prepared.snapshot(KEY, pg -> Orders.createSchema(pg.dataSource()))
                        .scratch();
                OrdersApp app = OrdersApp.start(database.dataSource(), 0)) {
            visit.to(app.address());
        }
    }
}
