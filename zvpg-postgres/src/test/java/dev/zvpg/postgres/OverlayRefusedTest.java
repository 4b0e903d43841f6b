package dev.zvpg.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.zvpg.Jvm;
import dev.zvpg.Repository;
import dev.zvpg.ScratchClone;
import dev.zvpg.Snapshot;
import dev.zvpg.Zvpg;
import dev.zvpg.directory.CopyMethod;
import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.info.Event;
import dev.zvpg.internal.io.FileOwner;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Scratch clones where namespaces are forbidden, as in most containers: root there has no right to mount. */
class OverlayRefusedTest {

    @RegisterExtension
    final Sandbox sandbox = new Sandbox();

    @Test
    void theyAreCopiedAndTheReasonIsToldOnce() throws Exception {
        assumeThat(FileOwner.worksAsRoot()).as("takes a right away").isTrue();
        Process process = new ProcessBuilder(Jvm.wrapped(
                        List.of("setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"),
                        Jvm.command(
                                Confined.class,
                                sandbox.path("home").toString(),
                                sandbox.path("storage").toString())))
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        String reason = "cannot make a mount namespace: unshare: unshare failed: Operation not permitted";
        assertThat(said.lines())
                .containsSequence(
                        "told: " + reason,
                        "COPY (" + reason + ")",
                        "COPY (" + reason + ")",
                        "doctor: scratch clones are copied, which takes longer: " + reason);
    }

    /** A JVM without the right to mount. */
    static final class Confined {

        private Confined() {}

        /** Gets the places of a repository to be made. */
        public static void main(String[] arguments) throws Exception {
            try (Repository repository = Zvpg.at(Path.of(arguments[0]))
                    .storage(DirectoryStorage.at(Path.of(arguments[1]), CopyMethod.COPY))
                    .postgres(Postgres.embedded())
                    .ports(22_000, 22_999)
                    .init()) {
                repository.listen(event -> {
                    if (event instanceof Event.OverlayRefused refused) {
                        System.out.println("told: " + refused.reason());
                    }
                });
                Snapshot v1 = repository.branch("main").snapshot("v1", "");
                for (int i = 0; i < 2; i++) {
                    try (ScratchClone scratch = v1.scratch()) {
                        scratch.dataSource().getConnection().close();
                        System.out.println(scratch.method());
                    }
                }
                repository.doctor().stream()
                        .filter(problem -> problem.what().startsWith("scratch"))
                        .forEach(problem -> System.out.println("doctor: " + problem.what()));
            }
        }
    }
}
