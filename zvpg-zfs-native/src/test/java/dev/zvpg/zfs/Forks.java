package dev.zvpg.zfs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Watches the kernel make processes: those that this JVM makes, and the programs that the kernel itself starts to mount
 * a file system, which no trace of this JVM's system calls would show. Root only. Confined to one thread.
 */
final class Forks implements AutoCloseable {

    private static final Path TRACING = Path.of("/sys/kernel/tracing");

    /** From {@code linux/sched.h}: what makes a task a thread. */
    private static final long CLONE_THREAD = 0x10000;

    // the kernel's lines end so: "task_newtask: pid=812 comm=java clone_flags=4111 oom_score_adj=0"
    private static final Pattern NEW_TASK =
            Pattern.compile("-(\\d+) +\\( *(\\d+|-+)\\) .* task_newtask: .*clone_flags=([0-9a-f]+)");
    private static final Pattern PROGRAM =
            Pattern.compile("sched_process_exec: filename=\\S*/(mount|umount|modprobe|zfs|zpool)(\\.\\S+)? ");

    private final Path instance;
    private final String self = Long.toString(ProcessHandle.current().pid());

    private Forks(Path instance) {
        this.instance = instance;
    }

    /** Begins to watch. */
    static Forks watch() throws IOException, InterruptedException {
        if (!Files.exists(TRACING.resolve("instances"))) {
            new ProcessBuilder("mount", "-t", "tracefs", "tracefs", TRACING.toString())
                    .inheritIO()
                    .start()
                    .waitFor();
        }
        Path instance = Files.createDirectory(
                TRACING.resolve("instances/zvpg-" + ProcessHandle.current().pid()));
        Forks forks = new Forks(instance);
        forks.write("options/record-tgid", "1");
        forks.write("events/task/task_newtask/enable", "1");
        forks.write("events/sched/sched_process_exec/enable", "1");
        return forks;
    }

    /** Every process that was made since {@link #watch}, as the kernel tells of it. */
    List<String> seen() throws IOException {
        return Files.readAllLines(instance.resolve("trace")).stream()
                .filter(line -> PROGRAM.matcher(line).find() || isOurs(line))
                .toList();
    }

    private boolean isOurs(String line) {
        Matcher task = NEW_TASK.matcher(line);
        return task.find()
                && (task.group(2).equals(self) || task.group(1).equals(self))
                && (Long.parseLong(task.group(3), 16) & CLONE_THREAD) == 0;
    }

    private void write(String file, String value) throws IOException {
        Files.writeString(instance.resolve(file), value);
    }

    @Override
    public void close() throws IOException {
        Files.delete(instance);
    }
}
