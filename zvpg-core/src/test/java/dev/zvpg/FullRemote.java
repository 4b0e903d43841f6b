package dev.zvpg;

import dev.zvpg.directory.SmallDisk;
import dev.zvpg.error.OutOfSpaceException;
import dev.zvpg.internal.remote.Transfers;
import dev.zvpg.internal.wire.Pipe;
import dev.zvpg.remote.FetchOptions;
import dev.zvpg.remote.PushOptions;
import dev.zvpg.remote.Remote;
import dev.zvpg.remote.RemoteOptions;
import dev.zvpg.server.FakeLauncher;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Fetches into a repository and pushes from it while its disk becomes full, and again when there is room. Runs in a JVM of
 * its own, and says what came of it.
 */
public final class FullRemote {

    private static final int TABLE_BYTES = 40_000_000;

    private final Path ballast;
    private final Repository theirs;
    private final Repository ours;

    private FullRemote(Path disk, Repository theirs, Repository ours) {
        this.ballast = disk.resolve("ballast");
        this.theirs = theirs;
        this.ours = ours;
    }

    /**
     * Runs it.
     *
     * @param arguments the small disk's mount point, and a directory elsewhere
     */
    public static void main(String[] arguments) throws Exception {
        Path disk = Path.of(arguments[0]);
        try (Repository theirs = repository(Path.of(arguments[1]));
                Repository ours = repository(disk.resolve("home"))) {
            FullRemote full = new FullRemote(disk, theirs, ours);
            full.fetch();
            full.push();
        }
    }

    private static Repository repository(Path home) {
        return Zvpg.at(home).postgres(new FakeLauncher()).ports(6000, 6009).init();
    }

    private void fetch() throws Exception {
        byte[] table = new byte[TABLE_BYTES];
        new Random(1).nextBytes(table);
        Files.write(theirs.branch("main").dataDirectory().resolve("table"), table);
        Snapshot v1 = theirs.branch("main").snapshot("v1", "");
        attempt("fetch", () -> fetch(TABLE_BYTES / 2));
        say(ours.findSnapshot("origin/main@v1").isEmpty() ? "nothing of it is there" : "it is there");
        say(ours.operations().context().storage().drafts().size() + " drafts are left");
        Files.delete(ballast);
        attempt("fetch", () -> fetch(Long.MAX_VALUE));
        say(isSame(v1.id()) ? "it is the same" : "it is another");
    }

    private void push() throws Exception {
        Branch work = ours.snapshot("origin/main@v1").branch("work");
        Files.writeString(work.dataDirectory().resolve("more"), "rows");
        Snapshot w1 = work.snapshot("w1", "");
        SmallDisk.fill(ballast);
        attempt("push", () -> push(work));
        Files.delete(ballast);
        attempt("push", () -> push(work));
        say(isSame(w1.id()) ? "it is the same" : "it is another");
    }

    private void fetch(long fullAfter) throws InterruptedException {
        connected((in, out) ->
                transfers().fetch("origin", Remote.of(new Filling(in, fullAfter), out.out()), FetchOptions.DEFAULT));
    }

    private void push(Branch branch) throws InterruptedException {
        connected((in, out) -> transfers()
                .push("origin", Remote.of(in, out.out()), RemoteOptions.DEFAULT, branch.key(), PushOptions.DEFAULT));
    }

    private Transfers transfers() {
        return new Transfers(ours.operations());
    }

    private interface Connected {
        void use(InputStream in, Pipe out);
    }

    private void connected(Connected connected) throws InterruptedException {
        Pipe request = new Pipe();
        Pipe answer = new Pipe();
        Thread server = new Thread(() -> theirs.serve(request.in(), answer.out(), o -> o));
        server.start();
        try {
            connected.use(answer.in(), request);
        } finally {
            server.join(60_000);
        }
    }

    /** Lets the disk become full when some of what is fetched has come. */
    private final class Filling extends FilterInputStream {

        private long left;

        Filling(InputStream in, long left) {
            super(in);
            this.left = left;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = super.read(bytes, offset, length);
            if (left > 0 && count >= left) {
                SmallDisk.fill(ballast);
            }
            left -= count;
            return count;
        }
    }

    private boolean isSame(String id) throws IOException {
        return TwoRepositories.digest(ours, id).equals(TwoRepositories.digest(theirs, id));
    }

    private interface Verb {
        void run() throws InterruptedException;
    }

    private static void attempt(String what, Verb verb) throws InterruptedException {
        try {
            verb.run();
            say(what + ": done");
        } catch (OutOfSpaceException e) {
            say(what + ": no space");
        }
    }

    @SuppressWarnings("SystemOut") // the test reads it
    private static void say(String line) {
        System.out.println("> " + line);
    }
}
