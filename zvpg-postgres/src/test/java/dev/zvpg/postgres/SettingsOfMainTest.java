package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Branch;
import dev.zvpg.Clone;
import dev.zvpg.Effort;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.WorkingCopy;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a server of a branch that is there already, main's above all, can be told to run with. */
@Tag(Effort.ANYBODY)
class SettingsOfMainTest {

    /** One that every build has, and that is not known to do nothing by itself. */
    private static final String LIBRARY = "dict_snowball";

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private Repository repo;
    private Branch main;

    @BeforeEach
    void initialize() {
        repo = sandbox.zvpg(Postgres.embedded())
                .setting("max_connections", "33")
                .init();
        main = repo.branch("main");
    }

    @AfterEach
    void destroy() {
        repo.destroy();
    }

    private static String show(WorkingCopy copy, String setting) throws SQLException {
        return LifecycleTest.query(copy.start(), "SHOW " + setting);
    }

    private void alterSystem(String setting, String value) throws SQLException {
        LifecycleTest.update(main.start(), "ALTER SYSTEM SET " + setting + " = " + value);
        main.restart();
    }

    @Test
    void chosenSettingsHoldFromTheNextStartOn() throws SQLException {
        assertThat(show(main, "max_connections")).isEqualTo("33");
        assertThat(main.configure(o -> o.setting("wal_level", "logical").setting("max_connections", "44")))
                .isTrue();
        assertThat(show(main, "max_connections")).isEqualTo("33");
        main.restart();
        assertThat(show(main, "max_connections")).isEqualTo("44");
        assertThat(LifecycleTest.query(
                        main.server(), "SELECT slot_name FROM pg_create_logical_replication_slot('s', 'pgoutput')"))
                .isEqualTo("s");
    }

    @Tag(Effort.FULL)
    @Test
    void aLevelOfWalThatTheFilesAskForHoldsWhereItIsEnoughForABackup() throws SQLException {
        alterSystem("wal_level", "logical");
        assertThat(show(main, "wal_level")).isEqualTo("logical");
        alterSystem("wal_level", "minimal");
        assertThat(show(main, "wal_level")).isEqualTo("replica");
    }

    @Tag(Effort.FULL)
    @Test
    void mainLoadsTheLibrariesThatItsFilesNameAlsoAfterAResetAndItsCopiesDoNot() throws SQLException {
        alterSystem("shared_preload_libraries", LIBRARY);
        Snapshot v1 = main.snapshot("v1", "");
        assertThat(show(main, "shared_preload_libraries")).isEqualTo(LIBRARY);

        main.resetTo(v1);
        assertThat(show(main, "shared_preload_libraries")).isEqualTo(LIBRARY);
        assertThat(show(v1.branch("feature"), "shared_preload_libraries")).isEmpty();
        Clone trial = v1.clone("trial");
        assertThat(show(trial, "shared_preload_libraries")).isEmpty();

        trial.configure(o -> o.setting("shared_preload_libraries", LIBRARY));
        trial.restart();
        assertThat(show(trial, "shared_preload_libraries")).isEqualTo(LIBRARY);
    }

    @Tag(Effort.FULL)
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                wrok_mem                 | 1MB       | unrecognized configuration parameter "wrok_mem"
                work_mem                 | much      | invalid value for parameter "work_mem": "much"
                work mem                 | 1MB       | not the name of a PostgreSQL setting: 'work mem'
                port                     | 5432      | setting port cannot be chosen
                Listen_Addresses         | *         | setting Listen_Addresses cannot be chosen
                unix_socket_directories  | /tmp      | setting unix_socket_directories cannot be chosen
                data_directory           | /tmp      | setting data_directory cannot be chosen
                hba_file                 | /tmp/hba  | setting hba_file cannot be chosen
                """)
    void whatNoServerCanRunWithIsRefusedAndNothingChanges(String name, String value, String why) {
        assertThatThrownBy(() -> main.configure(o -> o.setting(name, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
        assertThat(main.settings()).isEqualTo(Map.of("max_connections", "33"));
    }
}
