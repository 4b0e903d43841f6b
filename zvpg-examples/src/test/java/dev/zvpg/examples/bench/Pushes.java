package dev.zvpg.examples.bench;

import dev.zvpg.Branch;
import dev.zvpg.Repository;
import dev.zvpg.Snapshot;
import dev.zvpg.error.RemoteException;
import dev.zvpg.examples.bench.report.Comparison;
import dev.zvpg.examples.bench.report.Console;
import dev.zvpg.examples.bench.report.Figure;
import dev.zvpg.examples.bench.report.Report;
import dev.zvpg.examples.bench.report.Samples;
import dev.zvpg.remote.PushResult;
import dev.zvpg.remote.Remote;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A database with a table of two million rows goes to another repository on the same file system, over a socket of this
 * machine: whole, with a few rows changed, and when nothing is new. Beside it a plain copy of the same files.
 */
final class Pushes implements Scenario {

    private static final int WARM_UP = 1;
    private static final int ROUNDS = 5;
    private static final int FACTOR = 104_729;
    private static final int FEW = 40;
    private static final int MANY = 1000;
    private static final double MEGA = 1e6;

    @Override
    public String title() {
        return "Push of two million rows to another repository";
    }

    @Override
    public void measure(Ground ground, Report report) throws Exception {
        try (Repository here = ground.repository("here");
                Repository there = ground.repository("there");
                Served served = new Served(there)) {
            try {
                Branch main = here.branch("main");
                main.start();
                Accounts.create(main);
                main.stop(); // its log is the same in each round then
                Samples copy = new Samples("cp");
                Samples whole = new Samples("whole");
                for (int round = -WARM_UP; round < ROUNDS; round++) {
                    Snapshot snapshot = main.snapshot("whole" + (round + WARM_UP), "");
                    String name = "alone" + (round + WARM_UP);
                    snapshot.derive(name, database -> {}); // which is sent without anything that is there
                    Branch alone = here.branch(name);
                    copy.run(round >= 0, () -> copy(ground, alone));
                    whole.run(round >= 0, () -> push(served, here, alone));
                }
                main.start();
                push(served, here, main, "main2");
                Samples few = changed(served, here, main, FEW);
                Samples many = changed(served, here, main, MANY);
                Samples nothing = new Samples("nothing new");
                for (int round = -WARM_UP; round < ROUNDS; round++) {
                    nothing.run(round >= 0, () -> push(served, here, main, "main2"));
                }
                main.stop();
                for (Samples samples : List.of(whole, few, many, nothing)) {
                    report.add(Figure.ratio(
                            "push/" + samples.name() + "/" + ground.name(),
                            samples.median(),
                            "ms",
                            copy.median(),
                            "a copy of all files"));
                }
                report.add(Comparison.of(
                        "Push of two million rows, on " + ground.name(),
                        List.of(copy, whole, few, many, nothing),
                        copy.name(),
                        Samples.names(List.of(whole, few, many, nothing))));
            } finally {
                here.destroy();
                there.destroy();
            }
        }
    }

    private static Samples changed(Served served, Repository here, Branch main, int rows) throws Exception {
        Samples samples = new Samples(rows + " rows");
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            Accounts.change(main, "balance", rows, FACTOR + 2 * round);
            main.commit("");
            samples.run(round >= 0, () -> push(served, here, main, "main2"));
        }
        return samples;
    }

    private static void copy(Ground ground, Branch branch) throws Exception {
        String target = ground.directory().resolve("copied").toString();
        run("cp", "-a", "--reflink=never", branch.dataDirectory().toString(), target);
        run("sync", "-f", target);
        run("rm", "-rf", target);
    }

    private static void run(String... command) throws IOException, InterruptedException {
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
    }

    private static void push(Served served, Repository here, Branch branch) throws Exception {
        push(served, here, branch, branch.name());
    }

    private static void push(Served served, Repository here, Branch branch, String as) throws Exception {
        here.remotes().add("there", served.connect());
        PushResult pushed = here.push("there", branch, o -> o.as(as));
        here.remotes().remove("there");
        if (!pushed.isAccepted()) {
            throw new IllegalStateException(pushed.toString());
        }
        Console.say("  " + branch.name() + ": " + pushed.bytes() / MEGA + " MB before compression");
    }

    /** Another repository behind a port. */
    private static final class Served implements AutoCloseable {

        private final Repository repository;
        private final ServerSocket port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final List<Socket> sockets = new ArrayList<>();

        Served(Repository repository) throws IOException {
            this.repository = repository;
        }

        Remote connect() throws IOException {
            Socket ours = new Socket(port.getInetAddress(), port.getLocalPort());
            Socket theirs = port.accept();
            sockets.addAll(List.of(ours, theirs));
            thread.execute(() -> {
                try {
                    repository.serve(theirs.getInputStream(), theirs.getOutputStream(), o -> o);
                } catch (RemoteException | IOException e) {
                    Console.say("served until " + e.getMessage());
                }
            });
            return Remote.of(ours.getInputStream(), ours.getOutputStream());
        }

        @Override
        public void close() throws IOException {
            thread.shutdown();
            for (Socket socket : sockets) {
                socket.close();
            }
            port.close();
        }
    }
}
