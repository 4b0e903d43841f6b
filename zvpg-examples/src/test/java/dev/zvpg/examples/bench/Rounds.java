package dev.zvpg.examples.bench;

import dev.zvpg.examples.bench.report.Samples;
import java.util.List;

/**
 * How often things are measured.
 *
 * @param warmUp rounds that do not count
 * @param counted rounds that do
 */
record Rounds(int warmUp, int counted) {

    /** Lets the contenders take turns, in another order each round, and returns their times by name. */
    Timings interleave(List<? extends Contender> contenders) throws Exception {
        return interleave(contenders, () -> {});
    }

    /** As above, with something between any two turns that is not timed. */
    Timings interleave(List<? extends Contender> contenders, Samples.Step between) throws Exception {
        Timings timings = new Timings(contenders);
        for (int round = -warmUp; round < counted; round++) {
            for (int turn = 0; turn < contenders.size(); turn++) {
                Contender contender = contenders.get(Math.floorMod(round + turn, contenders.size()));
                try {
                    timings.of(contender.name()).run(round >= 0, contender::fresh);
                } finally {
                    contender.discard();
                }
                between.run();
            }
        }
        return timings;
    }
}
