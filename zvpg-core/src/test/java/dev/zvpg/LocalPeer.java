package dev.zvpg;

import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.remote.Transfers;
import dev.zvpg.internal.wire.Pipe;
import dev.zvpg.remote.FetchOptions;
import dev.zvpg.remote.FetchResult;
import dev.zvpg.remote.PushOptions;
import dev.zvpg.remote.PushResult;
import dev.zvpg.remote.Remote;
import dev.zvpg.remote.RemoteOptions;
import dev.zvpg.remote.ServeOptions;
import java.util.function.UnaryOperator;

/**
 * A repository of this process that others of it fetch from and push to, over pipes in memory. Thread-safe.
 *
 * @param repository the one that is served
 * @param name what the others call it
 */
public record LocalPeer(Repository repository, String name) {

    /** One call over a connection of its own. */
    private interface Call<T> {
        T over(Remote remote);
    }

    /** Lets another repository fetch from it. */
    public FetchResult fetchedBy(Repository other, UnaryOperator<FetchOptions> options) {
        return connected(
                remote -> new Transfers(other.operations()).fetch(name, remote, options.apply(FetchOptions.DEFAULT)));
    }

    /** Lets another repository push a branch to it. */
    public PushResult pushedTo(Repository other, Branch branch, UnaryOperator<PushOptions> options) {
        return connected(remote -> new Transfers(other.operations())
                .push(name, remote, RemoteOptions.DEFAULT, branch.key(), options.apply(PushOptions.DEFAULT)));
    }

    private <T> T connected(Call<T> call) {
        Pipe request = new Pipe();
        Pipe answer = new Pipe();
        Thread server = new Thread(() -> serve(request, answer), "serves-" + name);
        server.start();
        try {
            return call.over(Remote.of(answer.in(), request.out()));
        } finally {
            join(server);
        }
    }

    private void serve(Pipe request, Pipe answer) {
        try {
            Served.serve(request.in(), answer.out(), ServeOptions.DEFAULT, path -> repository);
        } catch (ZvpgException e) {
            // the other side has heard it, or is gone
        }
    }

    private static void join(Thread server) {
        try {
            server.join(60_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (server.isAlive()) {
            throw new AssertionError(server.getName() + " does not end");
        }
    }
}
