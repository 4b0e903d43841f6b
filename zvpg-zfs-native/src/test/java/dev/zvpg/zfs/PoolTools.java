package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.zfs.binding.Lzc;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The pool that was made for tests, seen with the tools that come with ZFS. Thread-safe. */
final class PoolTools {

    static final String NAME = System.getenv().getOrDefault("ZVPG_ZFS_POOL", "");

    private PoolTools() {}

    /** Runs a program that has to succeed. */
    static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as("%s: %s", String.join(" ", command), output)
                .isZero();
        return output;
    }

    /** Everything from a dataset on, snapshots included; empty when it does not exist. */
    static List<String> tree(String dataset) throws IOException, InterruptedException {
        if (!Lzc.open().exists(dataset)) {
            return List.of();
        }
        return run("zfs", "list", "-H", "-o", "name", "-t", "all", "-r", dataset)
                .lines()
                .toList();
    }

    /** Destroys a dataset and everything below it. */
    static void destroy(String dataset) throws IOException, InterruptedException {
        if (Lzc.open().exists(dataset)) {
            run("zfs", "destroy", "-R", "-f", dataset);
        }
    }

    static List<Path> children(Path directory) throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            return children.toList();
        }
    }
}
