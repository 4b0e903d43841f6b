package dev.zvpg.internal.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes trees that look like clusters and hold what no cluster should, drawn from a seed. Confined to one thread. */
public final class HostileTree implements AutoCloseable {

    /** Is in the files outside, and must be nowhere else. */
    public static final String CANARY = "CANARY-0be72a";

    private static final List<String> DIRECTORIES = List.of(
            "base",
            "base/1",
            "base/5",
            "global",
            "pg_wal",
            "pg_replslot",
            "pg_replslot/one",
            "pg_notify",
            "pg_snapshots",
            "pg_tblspc",
            "pg_twophase");

    private static final List<String> FILES = List.of(
            "PG_VERSION",
            "postgresql.conf",
            "postmaster.pid",
            "global/pg_control",
            "backup_label",
            "base/1/1259",
            "base/5/1259",
            "base/5/2604_fsm",
            "pg_wal/000000010000000000000001",
            "pg_replslot/one/state",
            "pg_snapshots/1",
            "pg_notify/0000",
            "standby.signal");

    private static final List<String> ODD = List.of(
            " ", "-rf", "a\nb", "'\"$(id)`", "\\", "*", "\u00e4\u20ac", ".new", "x".repeat(255), "PG_VERSION.new");

    private final Random random;
    private final Path top;
    private final Path outside;
    private final List<Path> mounts = new ArrayList<>();

    /**
     * Makes one.
     *
     * @param top a directory that exists
     * @param outside see {@link #outside}
     */
    public HostileTree(long seed, Path top, Path outside) throws IOException, InterruptedException {
        this.random = new Random(seed);
        this.top = top;
        this.outside = outside;
        for (String directory : DIRECTORIES) {
            Files.createDirectory(top.resolve(directory));
        }
        for (String file : FILES) {
            Files.writeString(top.resolve(file), file + random.nextInt());
        }
        for (int i = random.nextInt(12); i >= 0; i--) {
            add();
        }
        Attacker.give(top);
        if (random.nextInt(4) == 0) {
            Files.setAttribute(anyFile(), "unix:uid", random.nextInt(3), LinkOption.NOFOLLOW_LINKS);
        }
        if (random.nextInt(4) == 0) {
            Files.setPosixFilePermissions(anyDirectory(), PosixFilePermissions.fromString("---------"));
        }
        if (random.nextInt(10) == 0) {
            mount();
        }
    }

    /** Makes what the links of hostile trees lead to. */
    public static Path outside(Path parent) throws IOException {
        Path outside = Files.createDirectory(parent.resolve("outside"));
        Path directory = Files.createDirectory(outside.resolve("directory"));
        for (String file : List.of("1", "1259", "state", "one", "secret")) {
            Files.writeString(directory.resolve(file), CANARY);
        }
        Files.writeString(outside.resolve("secret"), CANARY);
        for (Path file : List.of(outside.resolve("secret"), directory.resolve("secret"))) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
        return outside;
    }

    private Path anyDirectory() {
        return top.resolve(DIRECTORIES.get(random.nextInt(DIRECTORIES.size())));
    }

    private Path anyFile() {
        return top.resolve(FILES.get(random.nextInt(FILES.size())));
    }

    private void add() throws IOException, InterruptedException {
        Path file = anyFile();
        Path place = anyDirectory().resolve("x" + random.nextInt(1000));
        if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        switch (random.nextInt(8)) {
            case 0 -> replaceByLink(file, outside.resolve("secret"));
            case 1 -> Files.createSymbolicLink(place, outside.resolve("directory"));
            case 2 -> Files.createSymbolicLink(place, Path.of("../../../../../../../etc"));
            case 3 -> run("mkfifo", place.toString());
            case 4 -> {
                Files.deleteIfExists(file);
                run("mkfifo", file.toString());
            }
            case 5 -> run("mknod", place.toString(), "c", "1", random.nextBoolean() ? "5" : "3");
            case 6 ->
                Files.writeString(
                        anyDirectory().resolve(ODD.get(random.nextInt(ODD.size()))), "odd" + random.nextInt());
            default -> {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createLink(place, file);
                }
            }
        }
    }

    private static void replaceByLink(Path file, Path target) throws IOException {
        Files.deleteIfExists(file);
        Files.createSymbolicLink(file, target);
    }

    private void mount() throws IOException, InterruptedException {
        Path place = anyDirectory();
        if (random.nextBoolean()) {
            run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place.toString());
        } else {
            run("mount", "--bind", outside.resolve("directory").toString(), place.toString());
        }
        mounts.add(place);
    }

    /** Whether something is mounted in it. */
    public boolean hasMounts() {
        return !mounts.isEmpty();
    }

    /** Unmounts what is mounted in it, wherever that has been moved. */
    @Override
    public void close() throws IOException, InterruptedException {
        if (hasMounts()) {
            for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
                String point = line.split(" ", -1)[4];
                if (point.startsWith(top + "/")) {
                    run("umount", "-l", point);
                }
            }
        }
        mounts.clear();
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + process.exitValue());
        }
    }
}
