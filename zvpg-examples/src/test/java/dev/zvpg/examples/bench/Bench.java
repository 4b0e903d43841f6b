package dev.zvpg.examples.bench;

import dev.zvpg.examples.bench.report.Console;
import dev.zvpg.examples.bench.report.Report;
import dev.zvpg.postgres.Postgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Measures ZVPG next to what people use today, and writes a report.
 *
 * <p>Usage: {@code Bench DIRECTORY [only=PART,...] [on=FILESYSTEM,...] [quick]}. The report goes to {@code DIRECTORY};
 * parts are steps, cold, warm, reset, suite, pools, diff, merge, push, sustained, crowd and overhead. File systems are
 * ext4, btrfs and xfs, each new in a file; zfs, where the environment variable {@value #POOL} names a pool to use; and
 * here, the directory's own, which is measured when it is named, or when the user is not root and cannot mount the
 * others.
 */
public final class Bench {

    private static final String POOL = "ZVPG_ZFS_POOL";
    private static final String HERE = "here";
    private static final int STEPS_ROUNDS = 30;
    private static final int STEPS_ROUNDS_QUICK = 5;

    private final Path directory;
    private final Set<String> parts;
    private final Set<String> fileSystems;
    private final boolean quick;
    private final Postgres postgres = Postgres.embedded();

    private Bench(Path directory, List<String> options) {
        this.directory = directory;
        this.parts = chosen(options, "only=");
        this.fileSystems = chosen(options, "on=");
        this.quick = options.contains("quick");
    }

    private static Set<String> chosen(List<String> options, String prefix) {
        return options.stream()
                .filter(option -> option.startsWith(prefix))
                .flatMap(option ->
                        Arrays.stream(option.substring(prefix.length()).split(",")))
                .collect(Collectors.toSet());
    }

    /**
     * Runs it.
     *
     * @param args where the report goes, and what to measure
     * @throws Exception when a step fails
     */
    public static void main(String[] args) throws Exception {
        if (args.length == 0) {
            throw new IllegalArgumentException("usage: Bench DIRECTORY [only=PART,...] [on=FILESYSTEM,...] [quick]");
        }
        new Bench(
                        Path.of(args[0]).toAbsolutePath(),
                        List.of(String.join(" ", List.of(args).subList(1, args.length))
                                .trim()
                                .split(" +")))
                .run();
    }

    private void run() throws Exception {
        Files.createDirectories(directory);
        Report report = new Report(machine());
        Console.say("name value unit ratio-to bar pass|short");
        if (fileSystems.contains(HERE) || !LoopImage.isPossible()) {
            try (Ground here = Ground.in(directory, postgres)) {
                measure(here, report);
            }
        }
        onAnImage("ext4", report, "mkfs.ext4", "-q");
        onAnImage("btrfs", report, "mkfs.btrfs", "-q");
        onAnImage("xfs", report, "mkfs.xfs", "-q", "-m", "reflink=1");
        String pool = System.getenv(POOL);
        if (pool != null && isChosen(fileSystems, "zfs")) {
            try (Ground zfs = Ground.inPool(pool, directory, postgres)) {
                measure(zfs, report);
            }
        }
        report.write(directory);
        Console.say("\nreport: " + directory.resolve("report.md"));
    }

    private void onAnImage(String name, Report report, String... mkfs) throws Exception {
        if (!isChosen(fileSystems, name)) {
            return;
        }
        Optional<LoopImage> image = LoopImage.mount(directory, mkfs);
        if (image.isPresent()) {
            try (LoopImage mounted = image.get();
                    Ground ground = Ground.in(mounted.root(), postgres)) {
                measure(ground, report);
            }
        }
    }

    private void measure(Ground ground, Report report) throws Exception {
        for (Scenario scenario : scenarios()) {
            Console.say("\n" + scenario.title() + ", " + ground.name());
            scenario.measure(ground, report);
        }
    }

    private List<Scenario> scenarios() {
        List<Scenario> scenarios = new ArrayList<>();
        add(scenarios, "steps", new Lifecycle(quick ? STEPS_ROUNDS_QUICK : STEPS_ROUNDS));
        add(scenarios, "cold", new ColdStart(quick));
        add(scenarios, "warm", new Warm());
        add(scenarios, "reset", new ResetBranch());
        add(scenarios, "suite", Suites.inParallel(quick));
        add(scenarios, "pools", Suites.withPools(quick));
        add(scenarios, "diff", new RowDiff());
        add(scenarios, "merge", new Merges());
        add(scenarios, "push", new Pushes());
        add(scenarios, "sustained", new Sustained());
        add(scenarios, "crowd", new Crowd());
        add(scenarios, "overhead", new Overhead());
        return scenarios;
    }

    private void add(List<Scenario> scenarios, String part, Scenario scenario) {
        if (isChosen(parts, part)) {
            scenarios.add(scenario);
        }
    }

    private static boolean isChosen(Set<String> chosen, String name) {
        return chosen.isEmpty() || chosen.contains(name);
    }

    private String machine() {
        return "PostgreSQL " + postgres.version() + ", Java " + System.getProperty("java.version") + ", "
                + System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                + Runtime.getRuntime().availableProcessors() + " processors; medians of interleaved rounds of one run.";
    }
}
