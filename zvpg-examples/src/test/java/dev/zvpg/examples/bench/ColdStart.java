package dev.zvpg.examples.bench;

import dev.zvpg.Clone;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.examples.bench.report.Comparison;
import dev.zvpg.examples.bench.report.Figure;
import dev.zvpg.examples.bench.report.Report;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * From a snapshot to the first answer of a new clone, nothing warm, by size; against the floor and against the peers.
 */
final class ColdStart implements Scenario {

    private static final long SMALL = 8;
    private static final long MIDDLE = 400;
    private static final long LARGE = 2048;
    private static final Map<String, Double> BAR_TO_FLOOR = Map.of("ext4", 2.0, "xfs", 1.5, "btrfs", 1.3, "zfs", 1.5);
    private static final double FLAT = 1.3;
    private static final Map<Long, Double> BAR_TO_TEMPLATE = Map.of(MIDDLE, 10.0, LARGE, 40.0);

    private static final String FLOOR = "bare postgres";
    private static final String FLOOR_LEAN = "bare postgres, lean";

    private final boolean small;

    /**
     * @param small whether to leave out the sizes that take minutes to make
     */
    ColdStart(boolean small) {
        this.small = small;
    }

    @Override
    public String title() {
        return "Snapshot to first query on a new clone, nothing warm";
    }

    @Override
    public void measure(Ground ground, Report report) throws Exception {
        List<Long> sizes = new ArrayList<>(List.of(SMALL));
        if (!small) {
            sizes.add(MIDDLE);
            sizes.add(LARGE);
        }
        Map<Long, Double> medians = new LinkedHashMap<>();
        try (Repository repo = ground.repository("cold")) {
            try {
                Snapshot empty = repo.branch("main").snapshot("empty", "");
                for (long megabytes : sizes) {
                    medians.put(megabytes, measure(ground, report, Payload.snapshot(empty, megabytes), megabytes));
                }
            } finally {
                repo.destroy();
            }
        }
        if (medians.containsKey(LARGE)) {
            report.add(Figure.ratio(
                            "cold-flat/" + ground.name(),
                            medians.getOrDefault(LARGE, 0.0),
                            "ms",
                            medians.getOrDefault(SMALL, 0.0),
                            "to " + SMALL + " MB")
                    .atMost(FLAT));
        }
    }

    private static double measure(Ground ground, Report report, Snapshot snapshot, long megabytes) throws Exception {
        Rounds rounds = new Rounds(2, megabytes == SMALL ? 15 : megabytes == MIDDLE ? 7 : 5);
        String where = ground.name() + "/" + megabytes + "MB";
        Clone bare = snapshot.clone("bare");
        Clone source = snapshot.clone("source");
        Clone host = snapshot.clone(
                "host",
                o -> o.setting("fsync", "off")
                        .setting("synchronous_commit", "off")
                        .setting("full_page_writes", "off"));
        host.start();
        String ours;
        List<Contender> contenders = new ArrayList<>();
        try {
            FreshScratch scratch = new FreshScratch(snapshot);
            ours = scratch.name();
            contenders.add(scratch);
            contenders.add(
                    new BareServer(FLOOR, ground.postgres(), bare.dataDirectory(), bare.credentials(), Map.of()));
            contenders.add(new BareServer(
                    FLOOR_LEAN, ground.postgres(), bare.dataDirectory(), bare.credentials(), Lean.SETTINGS));
            contenders.add(
                    new ShellCopy(ground.postgres(), source.dataDirectory(), ground.directory(), source.credentials()));
            contenders.add(new TemplateDatabase("TEMPLATE", host, ""));
            contenders.add(new TemplateDatabase("TEMPLATE, file_copy", host, "STRATEGY file_copy"));
            if (ground.sharesBlocks()) {
                contenders.add(new TemplateDatabase(
                        "TEMPLATE, file_copy_method=clone",
                        host,
                        "STRATEGY file_copy",
                        "SET file_copy_method = 'clone'"));
            }
            if (megabytes == SMALL && Zonky.runsHere()) {
                contenders.add(new ZonkyPrepared());
                contenders.add(new ZonkyServer());
            }
            // or each would pay for the gigabytes that the one before it wrote
            Timings timings = rounds.interleave(
                    contenders,
                    () -> AsServerUser.runAsSelf(
                            List.of("sync", "-f", ground.directory().toString())));
            Comparison cold = Comparison.of(
                    "Snapshot to first answer of a new database, " + megabytes + " MB on " + ground.name(),
                    timings.all(),
                    FLOOR,
                    List.of(ours));
            Double bar = BAR_TO_FLOOR.get(ground.name());
            report.add(bar == null ? cold : cold.goal(bar, FLOOR));
            figures(ground, report, where, megabytes, timings, ours);
            return timings.median(ours);
        } finally {
            for (Contender contender : contenders) {
                contender.close();
            }
            bare.delete();
            source.delete();
            host.delete();
        }
    }

    private static void figures(
            Ground ground, Report report, String where, long megabytes, Timings timings, String ours) {
        double scratch = timings.median(ours);
        Figure toFloor = Figure.ratio("cold/" + where, scratch, "ms", timings.median(FLOOR), "to " + FLOOR);
        Double bar = BAR_TO_FLOOR.get(ground.name());
        report.add(bar == null ? toFloor : toFloor.atMost(bar));
        double template = Math.min(timings.median("TEMPLATE"), timings.median("TEMPLATE, file_copy"));
        Figure toTemplate = Figure.faster("cold-template/" + where, scratch, "ms", template, "TEMPLATE");
        Double least = ground.isConstantTime() ? BAR_TO_TEMPLATE.get(megabytes) : null;
        report.add(least == null ? toTemplate : toTemplate.atLeast(least));
    }
}
