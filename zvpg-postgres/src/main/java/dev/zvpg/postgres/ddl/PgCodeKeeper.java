package dev.zvpg.postgres.ddl;

import dev.zvpg.error.OperationInterruptedException;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import org.pgcodekeeper.core.PgCodekeeperException;
import org.pgcodekeeper.core.api.DatabaseFactory;
import org.pgcodekeeper.core.api.PgCodeKeeperApi;
import org.pgcodekeeper.core.schema.AbstractDatabase;
import org.pgcodekeeper.core.settings.CoreSettings;

/**
 * Writes the statements that make one database's definitions another's. The only class that knows the library pgCodeKeeper,
 * which is optional: {@link PgCodeKeeperJar} knows whether it is there.
 */
final class PgCodeKeeper {

    private PgCodeKeeper() {}

    /** The definitions of a database as the library has read them. Immutable. */
    record Definitions(AbstractDatabase database) {}

    /** Reads what a database has. */
    static Definitions read(String url) throws SQLException {
        try {
            return new Definitions(new DatabaseFactory(settings()).loadFromJdbc(url));
        } catch (IOException | PgCodekeeperException e) {
            throw new SQLException("its definitions cannot be read: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** The statements that lead from one to the other, in an order in which they can be run. */
    static List<String> statements(Definitions from, Definitions to) throws SQLException {
        try {
            return Retyping.ofOneColumnEach(
                    Script.statements(PgCodeKeeperApi.diff(settings(), from.database(), to.database())));
        } catch (IOException e) {
            throw new SQLException("a script cannot be written: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static CoreSettings settings() {
        CoreSettings settings = new CoreSettings();
        settings.setIgnoreColumnOrder(true);
        settings.setEnableFunctionBodiesDependencies(true);
        settings.setPrintUsing(false); // an explicit cast would cut values short that the type refuses
        return settings;
    }

    private static OperationInterruptedException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new OperationInterruptedException("interrupted; nothing was changed", e);
    }
}
