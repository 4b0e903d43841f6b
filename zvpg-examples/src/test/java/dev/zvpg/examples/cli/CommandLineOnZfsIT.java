package dev.zvpg.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** On a real kernel module, with the options that users of ZVPG know. */
@EnabledIfEnvironmentVariable(
        named = CommandLineOnZfsIT.POOL,
        matches = ".+",
        disabledReason = "needs a ZFS pool made for tests")
@Execution(ExecutionMode.CONCURRENT)
class CommandLineOnZfsIT extends CommandLineContract {

    static final String POOL = "ZVPG_ZFS_POOL";

    private final String parent = System.getenv().getOrDefault(POOL, "") + "/" + UUID.randomUUID();

    @BeforeEach
    void createParent() throws IOException, InterruptedException {
        zfs("create", "-o", "canmount=off", parent);
    }

    /** By then the repository is destroyed; this fails when it left something. */
    @AfterEach
    void destroyParent() {
        place.afterwards(() -> {
            zfs("destroy", parent + "/zvpg");
            zfs("destroy", parent);
        });
    }

    @Override
    String[] storage() {
        return new String[] {
            "--zfs-pool", parent, "--mount-dir", place.path("mounts").toString()
        };
    }

    private static void zfs(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = "zfs";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }
}
