package dev.zvpg.postgres.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.zvpg.Effort;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag(Effort.ANYBODY)
class AtOnceTest {

    private final CyclicBarrier both = new CyclicBarrier(2);

    /** Answers when the other one is being asked, too. */
    private AtOnce.Question<String> meets(String answer) {
        return () -> {
            try {
                both.await(1, TimeUnit.MINUTES);
                return answer;
            } catch (Exception e) {
                throw new SQLException("asked alone", e);
            }
        };
    }

    private static AtOnce.Question<String> fails(String why) {
        return () -> {
            throw new SQLException(why);
        };
    }

    @Test
    void asksBothAtTheSameTimeAlsoWhenItIsInterrupted() throws SQLException {
        for (boolean interrupted : new boolean[] {false, true}) {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            AtOnce.Answers<String> answers =
                    interrupted ? AtOnce.ask(() -> "one", () -> "other") : AtOnce.ask(meets("one"), meets("other"));
            assertThat(Thread.interrupted()).isEqualTo(interrupted);
            assertThat(answers).isEqualTo(new AtOnce.Answers<>("one", "other"));
        }
    }

    @Test
    void letsGoOfAnAnswerThatHasRemainedAlone() {
        List<String> discarded = new ArrayList<>();
        assertThatThrownBy(() -> AtOnce.ask(fails("no first"), () -> "second", discarded::add))
                .isInstanceOf(SQLException.class)
                .hasMessage("no first");
        assertThatThrownBy(() -> AtOnce.ask(() -> "first", fails("no second"), discarded::add))
                .isInstanceOf(SQLException.class)
                .hasMessage("no second");
        assertThat(discarded).containsExactly("second", "first");
    }

    @Test
    void tellsBothFailures() {
        assertThatThrownBy(() -> AtOnce.ask(fails("no first"), fails("no second")))
                .hasMessage("no first")
                .satisfies(e -> assertThat(e.getSuppressed())
                        .singleElement()
                        .satisfies(other -> assertThat(other).hasMessage("no second")));
        assertThatThrownBy(() -> AtOnce.ask(
                        () -> {
                            throw new IllegalStateException("a bug");
                        },
                        () -> "second"))
                .isInstanceOf(IllegalStateException.class);
    }
}
