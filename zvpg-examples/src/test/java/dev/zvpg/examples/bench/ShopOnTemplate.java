package dev.zvpg.examples.bench;

import javax.sql.DataSource;
import org.junit.jupiter.api.extension.RegisterExtension;

class ShopOnTemplate extends ShopTests {

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
