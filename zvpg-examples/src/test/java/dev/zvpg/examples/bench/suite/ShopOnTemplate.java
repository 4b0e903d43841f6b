package dev.zvpg.examples.bench.suite;

import javax.sql.DataSource;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One server, and a copy of a template database for each test, made by hand. */
public class ShopOnTemplate extends ShopTests {

    @RegisterExtension
    static final TemplateExtension db = new TemplateExtension(ShopTests::prepare);

    private final DataSource database;

    ShopOnTemplate(DataSource database) {
        this.database = database;
    }

    @Override
    DataSource database() {
        return database;
    }
}
