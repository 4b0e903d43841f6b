package dev.zvpg.examples.bench;

import dev.zvpg.Clone;
import dev.zvpg.Repository;
import dev.zvpg.ScratchClone;
import dev.zvpg.ScratchPool;
import dev.zvpg.Snapshot;
import dev.zvpg.examples.bench.report.Comparison;
import dev.zvpg.examples.bench.report.Figure;
import dev.zvpg.examples.bench.report.Report;
import dev.zvpg.examples.bench.report.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A lease from a warm pool, against connecting to a server that already runs and against the peers, at 8 MB. */
final class Warm implements Scenario {

    private static final int WARM_UP = 3;
    private static final int ROUNDS = 30;
    private static final int POOL = 4;
    private static final double LEASE_BAR_MS = 1;
    private static final double CONNECT_BAR = 1.3;
    private static final double PEER_BAR = 1;
    private static final long SMALL = 8;

    private static final String CONNECT = "connect to a running server";
    private static final String LEASE = "ZVPG pool lease";

    @Override
    public String title() {
        return "Lease from a warm pool to first query";
    }

    /** The lease by itself is timed as well. */
    private static final class Leasing implements Contender {

        private final ScratchPool pool;
        private final Samples leases = new Samples("lease");
        private int round = -WARM_UP;
        private @Nullable ScratchClone lease;

        Leasing(ScratchPool pool) {
            this.pool = pool;
        }

        @Override
        public String name() {
            return LEASE;
        }

        @Override
        public void fresh() throws Exception {
            ScratchClone taken = leases.time(round++ >= 0, () -> pool.lease(Duration.ofMinutes(1)));
            lease = taken;
            BareServer.query(taken.dataSource());
        }

        @Override
        public void discard() {
            if (lease != null) {
                lease.close();
                lease = null;
            }
        }
    }

    private record Connecting(Clone server) implements Contender {

        @Override
        public String name() {
            return CONNECT;
        }

        @Override
        public void fresh() throws Exception {
            BareServer.query(server.dataSource());
        }

        @Override
        public void discard() {}
    }

    @Override
    public void measure(Ground ground, Report report) throws Exception {
        try (Repository repo = ground.repository("warm")) {
            try {
                Snapshot snapshot = Payload.snapshot(repo.branch("main").snapshot("empty", ""), SMALL);
                Clone host = snapshot.clone("host", o -> o.setting("fsync", "off"));
                host.start();
                try (ScratchPool pool = snapshot.pool(o -> o.size(POOL))) {
                    measure(ground, report, pool, host);
                }
            } finally {
                repo.destroy();
            }
        }
    }

    private static void measure(Ground ground, Report report, ScratchPool pool, Clone host) throws Exception {
        Leasing leasing = new Leasing(pool);
        List<Contender> contenders = new ArrayList<>(List.of(leasing, new Connecting(host)));
        List<String> peers = new ArrayList<>();
        contenders.add(new TemplateDatabase("TEMPLATE", host, ""));
        peers.add("TEMPLATE");
        contenders.add(new TemplateDatabase("TEMPLATE, file_copy", host, "STRATEGY file_copy"));
        peers.add("TEMPLATE, file_copy");
        if (Zonky.runsHere()) {
            ZonkyPrepared zonky = new ZonkyPrepared();
            contenders.add(zonky);
            peers.add(zonky.name());
        }
        try {
            Timings timings = new Rounds(WARM_UP, ROUNDS).interleave(contenders);
            report.add(Comparison.of(
                            "Lease from a warm pool to first answer, on " + ground.name(),
                            timings.all(),
                            CONNECT,
                            List.of(LEASE))
                    .goal(CONNECT_BAR, CONNECT));
            String where = "/" + ground.name();
            report.add(Figure.of("lease" + where, leasing.leases.median(), "ms").atMost(LEASE_BAR_MS));
            double ours = timings.median(LEASE);
            report.add(Figure.ratio("lease-to-query" + where, ours, "ms", timings.median(CONNECT), "to " + CONNECT)
                    .atMost(CONNECT_BAR));
            double fastest = peers.stream()
                    .mapToDouble(peer -> timings.median(peer))
                    .min()
                    .orElseThrow();
            report.add(Figure.faster("lease-peers" + where, ours, "ms", fastest, "the fastest peer")
                    .atLeast(PEER_BAR));
        } finally {
            for (Contender contender : contenders) {
                contender.close();
            }
        }
    }
}
