package dev.zvpg.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Zvpg;
import dev.zvpg.config.Configuration.LogLevel;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.internal.home.CredentialsFile;
import dev.zvpg.internal.home.Home;
import dev.zvpg.server.Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The configuration as a file. No module that brings a storage or an installation is on this class path. */
class ConfigurationTest {

    @TempDir
    Path directory;

    private Configuration read(String json) throws IOException {
        return Configuration.read(Files.writeString(directory.resolve("config.json"), json.replace('\'', '"')));
    }

    @Test
    void whatIsWrittenIsRead() {
        Path file = directory.resolve("deep/down/config.json");
        Configuration all = Configuration.directory(directory.resolve("home"))
                .ports(7000, 7099)
                .logLevel(LogLevel.DEBUG)
                .postgresBin(Path.of("/opt/pg18/bin"))
                .maxClones(7)
                .author("Ada <ada@example.org>")
                .startTimeout(Duration.ofMinutes(10));
        all.write(file);
        assertThat(Configuration.read(file)).isEqualTo(all);

        Configuration least = Configuration.directory(directory);
        least.write(file);
        assertThat(Configuration.read(file)).isEqualTo(least);
        assertThat(file.getParent()).isDirectoryNotContaining(path -> !path.equals(file));
    }

    @Test
    void withoutAnythingEverythingHasADefault() throws IOException {
        assertThat(read("{}"))
                .isEqualTo(new Configuration(
                        Configuration.defaultHome(),
                        "directory",
                        Optional.empty(),
                        Optional.empty(),
                        PortRange.DEFAULT,
                        LogLevel.WARN,
                        Optional.empty(),
                        OptionalInt.empty(),
                        Optional.empty(),
                        Optional.empty()));
    }

    @Test
    void theHomeDirectoryIsWhereItIsMountedUnlessNamed() throws IOException {
        assertThat(read("{'mountDir': '/mnt/zvpg'}").home()).isEqualTo(Path.of("/mnt/zvpg"));
        assertThat(read("{'home': '/srv/zvpg'}").home()).isEqualTo(Path.of("/srv/zvpg"));
    }

    @Test
    void oneBoundOfThePortsIsEnough() throws IOException {
        assertThat(read("{'clonePortStart': 6500}").ports()).isEqualTo(new PortRange(6500, 6999));
        assertThat(read("{'clonePortStart': 7500}").ports()).isEqualTo(new PortRange(7500, 7500));
        assertThat(read("{'clonePortEnd': 6001}").ports()).isEqualTo(new PortRange(6000, 6001));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                {'zfsPol': 'tank'}                             | zfsPol         | allowed are home, storage, zfsPool, mountDir, clonePortStart, clonePortEnd, logLevel, postgresBin, maxClones, author, startTimeoutSeconds
                {'home': 7}                                    | home           | is 7; allowed is an absolute path
                {'home': 'relative'}                           | home           | is "relative"; allowed is an absolute path
                {'home': null}                                 | home           | is null; allowed is an absolute path
                {'home': ''}                                   | home           | allowed is an absolute path
                {'storage': 'btrfs'}                           | storage        | is "btrfs"; allowed is one of directory
                {'storage': ['directory']}                     | storage        | allowed is one of directory
                {'zfsPool': 'tank'}                            | storage        | is "zfs"; allowed is one of directory
                {'storage': 'directory', 'zfsPool': 'tank'}    | zfsPool        | is allowed with storage zfs only
                {'home': '/a', 'mountDir': '/b'}               | mountDir       | is not allowed beside home with storage directory
                {'clonePortStart': 80}                         | clonePortStart | is 80; allowed is a number from 1024 to 65535
                {'clonePortStart': '6000'}                     | clonePortStart | is "6000"; allowed is a number from 1024 to 65535
                {'clonePortStart': 6000.5}                     | clonePortStart | allowed is a number from 1024 to 65535
                {'clonePortEnd': 70000}                        | clonePortEnd   | is 70000; allowed is a number from 1024 to 65535
                {'clonePortStart': 6100, 'clonePortEnd': 6000} | clonePortEnd   | is 6000; allowed is clonePortStart (6100) to 65535
                {'logLevel': 'loud'}                           | logLevel       | is "loud"; allowed is one of error, warn, info, debug, trace
                {'logLevel': 'WARN'}                           | logLevel       | allowed is one of error, warn
                {'postgresBin': 'bin'}                         | postgresBin    | is "bin"; allowed is an absolute path
                {'maxClones': 0}                               | maxClones      | is 0; allowed is a number from 1 to
                {'maxClones': 99999999999}                     | maxClones      | allowed is a number from 1 to
                {'author': true}                               | author         | is true; allowed is a name
                {'startTimeoutSeconds': 0}                     | startTimeoutSeconds | is 0; allowed is a number from 1 to
                """)
    void anUnknownKeyOrABadValueIsRefusedByName(String json, String key, String message) {
        assertThatThrownBy(() -> read(json)).isInstanceOfSatisfying(ConfigurationException.class, e -> {
            assertThat(e.file()).contains(directory.resolve("config.json"));
            assertThat(e.key()).contains(key);
            assertThat(e).hasMessageStartingWith(directory.resolve("config.json") + ": key " + key + ": ");
            assertThat(e).hasMessageContaining(message);
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                home = /srv/zvpg           | it is not JSON
                {'home': '/a',}            | it is not JSON
                {'home': '/a'} {}          | it is not JSON
                {'home':'/a', 'home':'/b'} | Duplicate field 'home'
                ['home']                   | it is not a JSON object
                ``                         | it is not a JSON object
                """)
    void whatIsNoJsonObjectIsRefused(String text, String message) {
        assertThatThrownBy(() -> read(text)).isInstanceOfSatisfying(ConfigurationException.class, e -> {
            assertThat(e.file()).contains(directory.resolve("config.json"));
            assertThat(e.key()).isEmpty();
            assertThat(e).hasMessageContaining(message);
        });
    }

    @Test
    void aMissingFileIsNotFound() {
        assertThatThrownBy(() -> Configuration.read(directory.resolve("config.json")))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining(directory.resolve("config.json").toString());
    }

    @Test
    void withoutAModuleThatRunsPostgresTheMessageNamesIt() {
        assertThatThrownBy(() -> Zvpg.from(Configuration.directory(directory)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("dev.zvpg:zvpg-postgres");
    }

    @Test
    void aPasswordFileIsPrivateEscapedAndGoesWithTheRepository() throws IOException {
        Home home = new Home(directory.resolve("home"));
        Files.createDirectory(home.root());
        Path file = new CredentialsFile(home).passwordFile(new Credentials("ada:b", "s\\e:cret"));

        assertThat(file).hasContent("127.0.0.1:*:*:ada\\:b:s\\\\e\\:cret");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        new CredentialsFile(home).passwordFile(new Credentials("ada", "another"));
        assertThat(file).hasContent("127.0.0.1:*:*:ada:another");
        home.delete(true, true);
        assertThat(home.root()).doesNotExist();
    }
}
