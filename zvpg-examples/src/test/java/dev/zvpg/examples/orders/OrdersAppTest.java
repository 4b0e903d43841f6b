package dev.zvpg.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.ScratchClone;
import dev.zvpg.postgres.junit.ZvpgExtension;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests a whole application, each test with a database to itself. */
class OrdersAppTest {

    @RegisterExtension
    static final ZvpgExtension db = ZvpgExtension.prepared(
            ZvpgExtension.contentKey("orders", Path.of("src/main/resources/dev/zvpg/examples/orders/schema.sql")),
            server -> Orders.createSchema(server.dataSource("postgres")));

    private final HttpClient http = HttpClient.newHttpClient();
    private OrdersApp app;

    @BeforeEach
    void start(DataSource database) throws Exception {
        app = OrdersApp.start(database, 0);
    }

    @AfterEach
    void stop() {
        app.close();
    }

    private HttpResponse<String> send(String method, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(app.address().resolve(path))
                .method(method, BodyPublishers.noBody())
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    @Test
    void firstOrderHasNumberOneInEachTest() throws Exception {
        assertThat(send("POST", "/orders/Ada/995").body()).isEqualTo("1");
        assertThat(send("GET", "/orders/1").body()).isEqualTo("Ada 995");
    }

    @Test
    void firstOrderHasNumberOneInThisTestToo() throws Exception {
        assertThat(send("POST", "/orders/Grace/1").body()).isEqualTo("1");
        assertThat(send("POST", "/orders/Grace/2").body()).isEqualTo("2");
    }

    @Test
    void unknownCustomersAndOrdersAreNotFound() throws Exception {
        assertThat(send("POST", "/orders/Nobody/995").statusCode()).isEqualTo(404);
        assertThat(send("GET", "/orders/1").statusCode()).isEqualTo(404);
        assertThat(send("POST", "/orders/Ada/-1").statusCode()).isEqualTo(400);
    }

    @Test
    void databaseThatIsGoneIsAnError(ScratchClone database) throws Exception {
        database.stop();
        assertThat(send("GET", "/orders/1").statusCode()).isEqualTo(500);
    }
}
