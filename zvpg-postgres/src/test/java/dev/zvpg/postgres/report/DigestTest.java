package dev.zvpg.postgres.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.postgres.prepared.PreparedSnapshots;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigestTest {

    @TempDir
    Path directory = Path.of("/nowhere");

    @Test
    void contentKeyChangesWithEachNameAndContentAndWithNothingElse() throws IOException {
        Path migrations = Files.createDirectories(directory.resolve("db/migration"));
        Set<String> keys = new HashSet<>();
        keys.add(key());
        Files.writeString(migrations.resolve("V1.sql"), "CREATE TABLE t ()");
        keys.add(key());
        Files.writeString(migrations.resolve("V1.sql"), "CREATE TABLE u ()");
        keys.add(key());
        Files.writeString(migrations.resolve("V2.sql"), "");
        keys.add(key());
        Files.move(migrations.resolve("V2.sql"), migrations.resolve("V3.sql"));
        keys.add(key());
        assertThat(keys).hasSize(5).allSatisfy(key -> assertThat(key).matches("orders-[0-9a-f]{12}"));

        assertThat(key()).isIn(keys);
        Path copy = Files.createDirectories(directory.resolve("elsewhere"));
        Files.copy(migrations.resolve("V1.sql"), copy.resolve("V1.sql"));
        Files.copy(migrations.resolve("V3.sql"), copy.resolve("V3.sql"));
        assertThat(PreparedSnapshots.contentKey("orders", copy))
                .isEqualTo(PreparedSnapshots.contentKey("orders", migrations));
    }

    private String key() {
        return PreparedSnapshots.contentKey("orders", directory.resolve("db"));
    }

    @Test
    void contentKeyOfWhatIsNotThereSaysSo() {
        Path missing = directory.resolve("missing.sql");
        assertThatThrownBy(() -> PreparedSnapshots.contentKey("orders", missing))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(missing.toString());
    }

    @Test
    void anyKeyIsTheNameOfABranchThatNoOtherKeyHas() {
        Set<String> names = new HashSet<>();
        for (String key :
                new String[] {"orders-v42", "orders/v42", "Orders-v42", "..", "@", "ключ", "x".repeat(1000)}) {
            String name = Digest.name(key);
            assertThat(name).matches("[a-z0-9][a-z0-9-]{1,60}");
            names.add(name);
        }
        assertThat(names).hasSize(7);
        assertThat(Digest.name("orders-v42")).startsWith("orders-v42-");
    }
}
