package dev.zvpg.postgres.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OccupantsTest {

    @Test
    void aProcessThatIsStartingHasNoConnection() {
        assertThat(Occupants.byWhom(Stream.of(
                        "postgres: a: b: zvpg postgres 127.0.0.1(40122) idle",
                        "postgres: zvpg postgres 127.0.0.1(40124) startup waiting",
                        "postgres: a: b: zvpg postgres 127.0.0.1(40126) initializing",
                        "postgres: zvpg postgres [local] startup",
                        "postgres: zvpg postgres ::1(40128) authentication",
                        "postgres: app shop [local] idle in transaction",
                        "postgres: checkpointer ",
                        "postgres: a: b: autovacuum launcher ")))
                .isEqualTo(Map.of("zvpg postgres", 3, "app shop", 1));
    }
}
