package dev.zvpg.examples.orders;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.zvpg.Branch;
import dev.zvpg.Repository;
import dev.zvpg.Zvpg;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.postgres.Postgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * Takes orders over HTTP: {@code POST /orders/Ada/995} places one and answers with its number, {@code GET /orders/1}
 * shows it.
 *
 * <p>Usage: {@code OrdersApp DIRECTORY [PORT]}; the database is branch {@code main} of the repository in that
 * directory, made when absent. Thread-safe.
 */
public final class OrdersApp implements AutoCloseable {

    private static final Pattern PLACE = Pattern.compile("/orders/([^/]+)/([1-9][0-9]{0,9})");
    private static final Pattern FIND = Pattern.compile("/orders/([0-9]{1,9})");

    private record Answer(int status, String text) {}

    private final Orders orders;
    private final HttpServer http;

    private OrdersApp(Orders orders, HttpServer http) {
        this.orders = orders;
        this.http = http;
    }

    /**
     * Runs it until the JVM is stopped. The database server keeps running, and is found again the next time.
     *
     * @param args the repository's directory, and the port to listen on
     * @throws Exception when it does not start
     */
    public static void main(String[] args) throws Exception {
        Branch main = repository(Path.of(args[0])).branch("main");
        main.start();
        if (!new Orders(main.dataSource()).hasSchema()) {
            Orders.createSchema(main.dataSource());
            main.commit("the tables");
        }
        OrdersApp app = start(main.dataSource(), args.length > 1 ? Integer.parseInt(args[1]) : 8080);
        System.out.println("try curl -X POST " + app.address() + "orders/Ada/995");
    }

    private static Repository repository(Path home) {
        Zvpg zvpg = Zvpg.at(home).postgres(Postgres.embedded());
        try {
            return zvpg.open();
        } catch (NotFoundException e) {
            return zvpg.init();
        }
    }

    /** Serves the orders of a database on the loopback interface; on port 0, on any that is free. */
    static OrdersApp start(DataSource database, int port) throws IOException {
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        OrdersApp app = new OrdersApp(new Orders(database), http);
        http.createContext("/orders/", app::handle);
        http.start();
        return app;
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/");
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Answer answer = answer(exchange);
            byte[] body = answer.text().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private Answer answer(HttpExchange exchange) {
        String path = exchange.getRequestURI().getPath();
        Matcher place = PLACE.matcher(path);
        Matcher find = FIND.matcher(path);
        try {
            if (exchange.getRequestMethod().equals("POST") && place.matches()) {
                return orNotFound(orders.place(place.group(1), Long.parseLong(place.group(2))));
            }
            if (exchange.getRequestMethod().equals("GET") && find.matches()) {
                return orNotFound(orders.find(Integer.parseInt(find.group(1)))
                        .map(order -> order.customer() + " " + order.cents()));
            }
            return new Answer(400, "POST /orders/CUSTOMER/CENTS or GET /orders/NUMBER");
        } catch (SQLException e) {
            return new Answer(500, "the database does not answer");
        }
    }

    private static Answer orNotFound(Optional<?> found) {
        return found.map(value -> new Answer(200, value.toString())).orElse(new Answer(404, "there is none"));
    }

    /** Stops serving. */
    @Override
    public void close() {
        http.stop(0);
    }
}
