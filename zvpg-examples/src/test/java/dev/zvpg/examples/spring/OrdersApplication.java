package dev.zvpg.examples.spring;

import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * An application that knows nothing of ZVPG: Spring Boot makes its pool of connections from {@code spring.datasource}.
 */
@SpringBootApplication
class OrdersApplication {

    /** How often one was started, for the tests to show that they share it. */
    static final AtomicInteger STARTED = new AtomicInteger();

    /** Keeps orders. */
    record Orders(JdbcClient database) {

        void place(String customer, long cents) {
            database.sql("INSERT INTO orders (customer, cents) SELECT id, ? FROM customers WHERE name = ?")
                    .params(cents, customer)
                    .update();
        }

        void forget(String customer) {
            database.sql("DELETE FROM customers WHERE name = ?").param(customer).update();
        }

        long count() {
            return database.sql("SELECT count(*) FROM orders").query(Long.class).single();
        }

        long customers() {
            return database.sql("SELECT count(*) FROM customers")
                    .query(Long.class)
                    .single();
        }
    }

    @Bean
    Orders orders(JdbcClient database) {
        STARTED.incrementAndGet();
        return new Orders(database);
    }
}
