package dev.zvpg.examples.masked;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Branch;
import dev.zvpg.Repository;
import dev.zvpg.WorkingCopy;
import dev.zvpg.Zvpg;
import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.RemoteException;
import dev.zvpg.postgres.Postgres;
import dev.zvpg.remote.Remote;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nothing that identifies a customer gets onto the laptop, in no file of the database. */
class MaskedCopiesTest {

    private static final String NAME = "Wilhelmina Featherstonehaugh";

    private Path directory = Path.of("/nowhere");

    @BeforeEach
    void makeDirectory() throws IOException {
        directory = Files.createTempDirectory(
                Path.of("/var/tmp"),
                "zvpg-test-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }

    @AfterEach
    void deleteDirectory() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private Zvpg zvpg(String name) {
        int first = ThreadLocalRandom.current().nextInt(20_000, 29_000);
        return Zvpg.at(directory.resolve(name))
                .storage(DirectoryStorage.at(directory.resolve(name + "-storage")))
                .postgres(Postgres.embedded())
                .ports(first, first + 500);
    }

    private static void makeCustomers(Branch main) throws SQLException {
        main.start();
        try (Connection connection = main.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL, mail text)");
            statement.execute("INSERT INTO customer SELECT i, '" + NAME + " ' || i % 7, i || '@"
                    + NAME.replace(' ', '.') + "' FROM generate_series(1, 2000) i");
            statement.execute("CREATE INDEX ON customer (name)");
            statement.execute("ANALYZE");
            statement.execute("CHECKPOINT");
        }
    }

    /** The files below a directory in which some text is. */
    private static List<Path> filesWith(Path top, String text) throws IOException {
        try (Stream<Path> files = Files.walk(top)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> contains(file, text))
                    .toList();
        }
    }

    private static boolean contains(Path file, String text) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theLaptopHasTheCustomersAndNotTheirNames() throws Exception {
        Remote hub = Remote.directory(directory.resolve("hub"));
        try (Repository production = zvpg("production").init()) {
            makeCustomers(production.branch("main"));
            MaskedCopies.prepare(production, hub);
            assertThat(MaskedCopies.publish(production, "monday").isAccepted()).isTrue();
            assertThat(filesWith(directory.resolve("production-storage"), NAME))
                    .as("what is searched for is found where it is")
                    .isNotEmpty();
            assertThatThrownBy(() -> production.push("hub", production.branch("main")))
                    .isInstanceOf(RemoteException.class)
                    .hasMessageContaining("only what was taken on masked/* leaves for it");
            try (Repository laptop = MaskedCopies.begin(zvpg("laptop"), hub, "monday")) {
                Branch copy = laptop.branches().get(0);
                try (Connection connection = copy.dataSource().getConnection();
                        Statement statement = connection.createStatement();
                        ResultSet row = statement.executeQuery("SELECT count(*), min(name) FROM customer")) {
                    row.next();
                    assertThat(row.getInt(1)).isEqualTo(2000);
                    assertThat(row.getString(2)).isEqualTo("customer 1");
                }
                assertThat(filesWith(directory.resolve("laptop-storage"), "Featherstonehaugh"))
                        .isEmpty();
                assertThatThrownBy(() -> laptop.fetch("origin", o -> o.branch("main")))
                        .isInstanceOf(NotFoundException.class)
                        .hasMessageContaining("it has masked/monday");
                laptop.branches().forEach(WorkingCopy::stop);
                laptop.destroy();
            }
            production.branches().forEach(WorkingCopy::stop);
            production.destroy();
        }
    }
}
