package dev.zvpg.postgres;

import dev.zvpg.directory.SmallDisk;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.server.ServerSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Lets servers end whose disk, and so whose log, is full, and prints what is said of it. Runs in a JVM of its own. */
public final class FullLogDisk {

    private FullLogDisk() {}

    /**
     * Runs it.
     *
     * @param arguments the disk's mount point
     */
    @SuppressWarnings("SystemOut") // the test reads it
    public static void main(String[] arguments) throws Exception {
        Path disk = Path.of(arguments[0]);
        Path ballast = disk.resolve("ballast");
        Sandbox sandbox = new Sandbox();
        sandbox.open();
        try {
            Postgres postgres = Postgres.embedded();
            Path data = disk.resolve("data");
            postgres.initialize(data, Sandbox.SUPERUSER);
            ServerSpec spec =
                    new ServerSpec(data, disk.resolve("run"), Sandbox.freePort(), Sandbox.SUPERUSER, Map.of());
            Postgres filling = new FakeBin(sandbox, postgres)
                    .script(
                            "pg_ctl",
                            "[ $1 != start ] || cat /dev/zero >" + ballast + " 2>/dev/null\nexec REAL \"$@\"\n")
                    .postgres();
            say(() -> filling.start(spec));
            Files.delete(ballast);

            PostgresServer server = postgres.start(spec);
            SmallDisk.fill(ballast);
            ProcessHandle.of(server.pid()).ifPresent(ProcessHandle::destroyForcibly);
            while (server.isRunning()) {
                Thread.onSpinWait();
            }
            say(server::position);
            server.stopAtOnce();
        } finally {
            OpenDirectory.deleteTree(sandbox.path(""));
        }
    }

    private interface Verb {
        void run() throws Exception;
    }

    @SuppressWarnings("SystemOut")
    private static void say(Verb verb) throws Exception {
        try {
            verb.run();
        } catch (ZvpgException e) {
            System.out.println(e.getClass().getSimpleName() + ": "
                    + String.valueOf(e.getMessage()).replace('\n', ' '));
        }
    }
}
