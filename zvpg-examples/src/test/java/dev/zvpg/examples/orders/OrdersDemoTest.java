package dev.zvpg.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;

/** A program without JUnit begins with what was prepared, too. */
class OrdersDemoTest {

    private static String place(URI orders) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(orders.resolve("/orders/Ada/995"))
                .POST(BodyPublishers.noBody())
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }

    @Test
    void eachRunBeginsWithTheOrdersThatWerePrepared() throws Exception {
        OrdersDemo.run(orders -> assertThat(place(orders)).isEqualTo("1"));
        OrdersDemo.run(orders -> assertThat(place(orders)).isEqualTo("1"));
    }
}
