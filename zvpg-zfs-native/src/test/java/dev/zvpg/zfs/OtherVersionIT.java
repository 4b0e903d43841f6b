package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zvpg.zfs.binding.KernelModule;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * A kernel module and libraries of different versions, as an upgrade without a restart leaves them: 2.3's libraries on
 * 2.1's module, and the other way round.
 */
@EnabledIfEnvironmentVariable(
        named = OtherVersionIT.VARIABLE,
        matches = ".+",
        disabledReason = "needs libraries of another version than the module's; zfs-machine run has them")
class OtherVersionIT {

    /** The environment variable that names the folder with the other libraries. */
    static final String VARIABLE = "ZVPG_ZFS_OTHER_LIBRARIES";

    private static final Path LIBRARIES = Path.of(System.getenv().getOrDefault(VARIABLE, "."));

    private final TestPool pool = new TestPool();

    @AfterEach
    void leaveNothing() {
        pool.close();
    }

    private String use(String... more) throws Exception {
        List<String> environment =
                List.of("env", "LD_LIBRARY_PATH=" + LIBRARIES, "JDK_JAVA_OPTIONS=-Djnr.ffi.library.path=" + LIBRARIES);
        String[] arguments = new String[2 + more.length];
        arguments[0] = pool.dataset();
        arguments[1] = pool.mounts().toString();
        System.arraycopy(more, 0, arguments, 2, more.length);
        String output = Tool.java(environment, EveryVerb.class, arguments);
        assertThat(output).contains(LIBRARIES + "/libzfs_core.so.3", LIBRARIES + "/libnvpair.so.3");
        return output;
    }

    @Test
    void everyVerbWorksWithTheOtherVersionsLibraries() throws Exception {
        assertThat(use()).contains("used every verb").doesNotContain("Exception");
    }

    @Test
    void whatTheModuleIsTooOldForIsSaid() throws Exception {
        boolean moduleIsOlder = KernelModule.version().orElseThrow().startsWith("2.1.");
        assumeTrue(moduleIsOlder, "an old library knows nothing that a new module does not");
        assertThat(use("new"))
                .contains("StorageException: cannot prune", "older than the library", "ZFS_ERR_IOC_CMD_UNAVAIL");
    }
}
