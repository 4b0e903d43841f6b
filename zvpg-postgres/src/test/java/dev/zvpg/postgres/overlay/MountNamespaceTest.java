package dev.zvpg.postgres.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.zvpg.internal.io.NamespacePath;
import dev.zvpg.postgres.os.ServerUser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who leads the library into the namespace of its mounts. */
class MountNamespaceTest {

    @Test
    void rootGoesThereThroughAProcessOfRoots() throws Exception {
        ServerUser user = ServerUser.of(null);
        assumeThat(user.switched()).as("needs root").isTrue();
        Path place = Path.of("/etc");
        MountNamespace namespace = MountNamespace.use(user, List.of(place));
        try {
            Path process = NamespacePath.root(namespace.seen(place)).resolveSibling("");
            assertThat(Files.getAttribute(process, "unix:uid")).isEqualTo(0);
            assertThat(Files.getAttribute(
                            Path.of(
                                    "/proc",
                                    Long.toString(namespace.supervisor().pid())),
                            "unix:uid"))
                    .isNotEqualTo(0);
        } finally {
            namespace.release();
        }
    }
}
