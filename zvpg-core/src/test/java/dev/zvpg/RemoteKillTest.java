package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.error.RemoteException;
import dev.zvpg.remote.FetchOptions;
import dev.zvpg.remote.PushOptions;
import dev.zvpg.remote.RefUpdate;
import dev.zvpg.remote.Remote;
import dev.zvpg.remote.RemoteOptions;
import java.io.File;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A process that serves a repository is killed while it gives or gets snapshots. */
@Tag(Effort.ANYBODY)
class RemoteKillTest extends TwoRepositories {

    private Process serve() throws Exception {
        return new ProcessBuilder(Jvm.command(
                        ServingProcess.class,
                        directory.resolve("theirs").toString(),
                        directory.resolve("theirs-storage").toString()))
                .redirectError(new File("/dev/null"))
                .start();
    }

    private static Thread killLater(Process process, long millis) {
        Thread killer = new Thread(() -> {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
            process.destroyForcibly();
        });
        killer.start();
        return killer;
    }

    @Test
    void whoeverIsKilledLeavesWholeSnapshotsAndTheNextCallFinishes() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        commit(theirs.branch("main"), "v1", "a", "1");
        fetch();
        theirs.close(); // from here on it is the other process's
        Branch work = ours.snapshot("origin/main@v1").branch("work");
        List<String> acknowledged = new ArrayList<>();
        int kills = Effort.of(5, 25);
        int killed = 0;
        for (int i = 0; i < kills; i++) {
            byte[] bytes = new byte[3_000_000];
            random.nextBytes(bytes);
            Files.write(work.dataDirectory().resolve("table"), bytes);
            commit(work, "w" + i, "k", "" + i);
            Process process = serve();
            Thread killer = killLater(process, 300 + random.nextInt(900));
            Remote remote = Remote.of(process.getInputStream(), process.getOutputStream());
            try {
                if (i % 4 == 3) {
                    transfers().fetch("origin", remote, FetchOptions.DEFAULT);
                } else {
                    RefUpdate update = transfers()
                            .push("origin", remote, RemoteOptions.DEFAULT, work.key(), PushOptions.DEFAULT)
                            .refs()
                            .get(0);
                    if (!update.status().isRejected()) {
                        acknowledged.add(work.head().orElseThrow().id());
                    }
                }
            } catch (RemoteException e) {
                assertThat(e.reason()).as("seed " + seed).isEqualTo(RemoteException.Reason.CUT);
                killed++;
            }
            killer.join();
            process.waitFor();
        }
        theirs = zvpg("theirs").open();
        requireNothingLeft("theirs");
        assertThat(killed).as("seed " + seed).isPositive();
        for (Snapshot snapshot : theirs.snapshots()) {
            assertThat(digest(theirs, snapshot.id())).as("seed " + seed).isEqualTo(digest(ours, snapshot.id()));
        }
        for (String id : acknowledged) {
            assertThat(theirs.snapshots())
                    .as("seed " + seed)
                    .extracting(Snapshot::id)
                    .contains(id);
        }
        assertThat(push(work, o -> o.verify(true)).isAccepted())
                .as("seed " + seed)
                .isTrue();
        assertThat(theirs.branch("work").head())
                .map(Snapshot::id)
                .contains(work.head().orElseThrow().id());
        assertThat(theirs.doctor()).as("seed " + seed).isEmpty();
    }
}
